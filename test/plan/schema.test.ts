import { describe, expect, test } from 'vitest';
import { parse as parseYaml, stringify } from 'yaml';
import canary from '../../package.json' with { type: 'json' };
import { readBound } from '../../src/plan/read/bound.ts';
import { planDefaults } from '../../src/plan/read/defaults.ts';
import { planSchemaUrl, schemaAt, schemaErrors } from '../../src/plan/read/plan-schema.ts';
import { readDuration, readFraction } from '../../src/plan/read/quantity.ts';
import schema from '../../src/plan/rollout-plan.schema.json' with { type: 'json' };
import { readTime } from '../../src/plan/read/time.ts';
import type { TreePath } from '../../src/documents/tree.ts';
import { examplePlan, parsed, shortPlan } from './plan-text.ts';

/** Every key, item and open key of the format, by its path; open keys are named `*`. */
function everyPath(path: TreePath = []): TreePath[] {
  const { properties, items, additionalProperties } = schemaAt(path);
  const steps: (string | number)[] = [];
  if (typeof properties === 'object' && properties !== null) steps.push(...Object.keys(properties));
  if (typeof items === 'object') steps.push(0);
  if (typeof additionalProperties === 'object') steps.push('*');
  return [path, ...steps.flatMap((step) => everyPath([...path, step]))];
}

const paths = everyPath();

test('the walk sees the whole format', () => {
  expect(paths.map((path) => path.join('.'))).toEqual(
    expect.arrayContaining(['stages.0.source.0', 'coverage.segments.*.0', 'replay.timeout', 'requests.segments.*']),
  );
});

test.each(paths.map((path) => [path.join('.') || 'the plan', path] as const))(
  '%s has a title, a description and examples for editors',
  (_name, path) => {
    const { title, description, examples } = schemaAt(path);
    expect({ title, description }).toEqual({ title: expect.any(String), description: expect.any(String) });
    expect(examples).toEqual(expect.arrayContaining([expect.anything()]));
  },
);

test('every map of the format is closed, or says what its open keys hold', () => {
  const open = paths.filter(
    (path) => schemaAt(path)['type'] === 'object' && schemaAt(path)['additionalProperties'] === undefined,
  );
  expect(open).toEqual([]);
});

/** The short plan with a value at a path, as plain data. */
function planAt(path: TreePath, value: unknown): unknown {
  const base: Record<string, unknown> = parseYaml(shortPlan);
  return withValue(base, path, value);
}

function withValue(target: unknown, path: TreePath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const items: unknown[] = Array.isArray(target) ? target : [];
    return items.map((item, index) => (index === step ? withValue(item, rest, value) : item));
  }
  const map = typeof target === 'object' && target !== null ? target : {};
  return { ...map, [step]: withValue(Object.entries(map).find(([key]) => key === step)?.[1], rest, value) };
}

test('the example of the whole plan is a plan', () => {
  const [example] = schema.examples;
  expect(parsed(stringify(example)).ok).toBe(true);
});

test('the examples of each part pass the schema in their place', () => {
  const whole = paths.filter(
    (path) => path.every((step) => typeof step === 'string' && step !== '*') && path.length > 0,
  );
  for (const path of whole) {
    // These blocks need keys of theirs at once, and so are tried as a whole.
    if (['rollback', 'drift', 'mirror'].includes(String(path[0])) && path.length > 1) continue;
    if ((path[0] === 'prices' || path[2] === 'latency') && path.length > (path[0] === 'prices' ? 1 : 3)) continue;
    if (
      (['latencyUnit', 'columns'].includes(String(path[1])) || path.join('.') === 'requests.sample.salt') &&
      path.length > 2
    )
      continue;
    const examples: unknown = schemaAt(path)['examples'];
    for (const example of Array.isArray(examples) ? examples : []) {
      expect(schemaErrors(planAt(path, example)), `${path.join('.')}: ${JSON.stringify(example)}`).toEqual([]);
    }
  }
});

test('the schema is found under an address that names the file of this version, which the package ships', () => {
  const { name, version, files } = canary;
  expect(planSchemaUrl).toBe(`https://cdn.jsdelivr.net/npm/${name}@${version}/src/plan/rollout-plan.schema.json`);
  expect(files).toContain('src/**/*.schema.json');
});

function leaves(value: unknown, path: TreePath): (readonly [TreePath, unknown])[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

describe('the defaults that editors show', () => {
  const places: Readonly<Record<string, TreePath>> = { stages: ['stages', 0], guardrails: ['guardrails', 0] };

  const defaults = Object.entries(planDefaults).flatMap(([key, value]) => leaves(value, places[key] ?? [key]));

  test.each(defaults.map(([path, value]) => [path.join('.'), path, value] as const))(
    'of %s is the one that applies',
    (_name, path, value) => {
      expect(schemaAt(path)['default']).toBe(value);
    },
  );

  test('are all in the table', () => {
    const shown = paths.filter((path) => schemaAt(path)['default'] !== undefined);
    // A stage's own requests and further sources have the defaults of the plan's.
    const own = shown.filter(([key, , of]) => !(key === 'stages' && of === 'requests') && key !== 'sources');
    expect(own.map((path) => path.join('.')).toSorted()).toEqual(defaults.map(([path]) => path.join('.')).toSorted());
  });
});

function passes(path: TreePath, value: unknown): boolean {
  return schemaErrors(planAt(path, value)).length === 0;
}

describe('schema and reader agree on what may be written', () => {
  const values = [
    0,
    1,
    0.5,
    10,
    -1,
    '0%',
    '5%',
    '5 %',
    '99.95%',
    '100%',
    '100.0%',
    '101%',
    '-5%',
    '5',
    '5pp',
    '0.2pp',
    '120ms',
    '1.5s',
    '2 s',
    '0s',
    '0ms',
    '2min',
    '5  ms',
    'fast',
    '',
    '2026-11-01',
    '2026-11-01T09:00Z',
    '2026-11-01 09:00:00.123+01:00',
    '2026-11-01T09',
    '01.11.2026',
  ];

  test.each(values.map((value) => [value]))('%j as a share', (value) => {
    expect(passes(['requests', 'maxRejected'], value)).toBe(readFraction(value).ok);
  });

  test.each(values.map((value) => [value]))('%j as a duration', (value) => {
    expect(passes(['replay', 'timeout'], value)).toBe(readDuration(value).ok);
  });

  test.each(values.filter((value) => typeof value === 'string').map((value) => [value]))('%j as a time', (value) => {
    expect(passes(['requests', 'from'], value)).toBe(readTime(value).ok);
  });

  const rate = { id: 'error_rate', family: 'error_rate' } as const;
  const latency = { id: 'latency.mean', family: 'latency', statistic: 'mean' } as const;

  test.each(['max', 'maxIncrease'] as const)('%s: what a metric takes, the schema takes', (kind) => {
    const taken = values.filter((value) => readBound(kind, rate, value).ok || readBound(kind, latency, value).ok);
    expect(taken.filter((value) => !passes(['guardrails', 0, kind], value))).toEqual([]);
    expect(taken.length).toBeGreaterThan(5);
  });
});

test('the example plan passes the schema as it is', () => {
  expect(schemaErrors(parseYaml(examplePlan))).toEqual([]);
});
