import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { schemaAt } from '../../src/plan/read/plan-schema.ts';
import type { RolloutPlan } from '../../src/domain/plan.ts';
import type { TreePath } from '../../src/documents/tree.ts';
import { type DeclaredType, declaredType } from '../architecture/declared-type.ts';
import { assigned, definition, routed } from './assigned-plans.ts';
import { examplePlan, parse, shortPlan } from './plan-text.ts';
import { scored, scorerFiles } from './scored-plans.ts';
import { ofAnswers, ofServer } from './server-plans.ts';
import { unwritten } from './unwritten-metrics.ts';

const [schemaFile, typeFile] = ['src/plan/rollout-plan.schema.json', 'src/domain/plan.ts'];

/** Keys that say nothing of the rollout itself, and why. */
const silent: Readonly<Record<string, string>> = {
  $schema: 'only an editor reads it',
  extends: 'the base is merged before the plan is read',
  'locked.0': 'the plan is held against it before it is read',
  apiVersion: 'it has one value',
  kind: 'it has one value',
  'scores.*.from': 'it has one value',
  'scores.*.better': 'a guardrail that bounds the other direction is refused',
};

const liveSplit = `${shortPlan.replace('requests: { source: requests.jsonl }\n', '').replace('1pp }]', '1pp }, { metric: decision_cost, max: 9 }]')}
requests:
  source: log.jsonl
  fields: { servedBy: v, latency: { path: took, unit: s }, score: s }
  segments: { locale: context.locale }
  where: { path: { in: [a], not: [b], prefix: /v } }
  versions: { v7: stable }
  labelNames: { YES: y }
  otherLabels: [other]
  okStatus: [404]
threshold: { baseline: 0.5 }
golden: golden.jsonl
coverage: { segments: { locale: [de] } }
replay: { rate: recorded }
decisionCost: { falsePositive: 5, falseNegative: 200 }
drift: { reference: { from: 2026-10-01, to: 2026-10-08 }, features: [input.a] }
rollback: { owner: a, steps: [b] }
notify: [{ url: { env: HOOK }, form: cloudevents, on: [hold-new] }]
mirror: { mlflow: { url: 'http://a', model: m, aliases: { stable: champion, canary: challenger }, token: { env: T } } }
apply: [c]
`;
const starting = liveSplit.replace(
  'requests:\n',
  'requests:\n  from: 2026-10-30\n  weights: [{ from: 2026-10-30, weight: 5% }]\n',
);
const ofServingSystem = shortPlan.replace(
  'source: requests.jsonl',
  'source: requests.jsonl, format: kserve-logger, fields: { unit: input.user, prediction: p }',
);
const ofNumbers = shortPlan.replace(
  'source: requests.jsonl',
  'format: aggregates, numbers: [{ metric: latency.mean, version: candidate, value: 30ms, count: 5000 }]',
);
const twoTimes = starting.replace('{ path: took, unit: s }', '{ from: began, to: ended }');
const costTable = starting.replace('{ falsePositive: 5, falseNegative: 200 }', '{ a: { b: 5 }, b: { a: 7 } }');
const timedPairs = shortPlan.replace(
  'source: requests.jsonl',
  'source: requests.jsonl, latencyUnit: { baseline: ms, candidate: ms }, sample: { units: 5%, salt: a }',
);

/** Between them these plans have a place for every key, and for a guardrail on every kind of metric. */
const plans: readonly unknown[] = [
  shortPlan,
  examplePlan,
  starting,
  twoTimes,
  costTable,
  timedPairs,
  ofServingSystem,
  ofNumbers,
  ...ofServer,
  ...ofAnswers,
  ...scored,
  ...[
    'kpi.revenue, maxDecrease: 1%',
    'kpi.revenue, maxDecrease: 1%, trigger: answers-differ',
    'precision(refund), maxDecrease: 1%, segments: auto',
    'mae, maxIncrease: 1%',
    'agreement, min: 1%',
  ].map((guardrail) => starting.replace('accuracy, maxDecrease: 1pp', guardrail)),
].map((text) => parseYaml(text));
/** Parts of which each plan has a place for one kind alone. */
const plansOf: Readonly<Record<string, readonly unknown[]>> = {
  assignment: assigned.map((text) => parseYaml(text)),
  routing: routed.map((text) => parseYaml(text)),
  notify: ['', ', secret: { env: B }'].map((secret) =>
    parseYaml(`${shortPlan}notify: [{ url: { env: A }, form: cloudevents, on: [stale]${secret} }]\n`),
  ),
};

/** The keys that have none below them: what is above is read where these are. */
const everyKey = keysBelow([])
  .filter((path) => !isOwnRequests(path))
  .filter((path, _, all) => !all.some((other) => path.join() === other.slice(0, -1).join()));

/** A stage's own requests and further sources have the keys of the plan's, which are tried there. */
function isOwnRequests([key, , own, ...below]: TreePath): boolean {
  return (key === 'stages' && own === 'requests' && below.length > 0) || (key === 'sources' && own !== undefined);
}

/** Every key of the format by its path; an open key is `*`, an item 0. */
function keysBelow(path: TreePath): TreePath[] {
  const { properties, items, additionalProperties } = schemaAt(path);
  const steps = [
    ...Object.keys(properties ?? {}),
    ...(items === undefined ? [] : [0]),
    ...(typeof additionalProperties === 'object' ? ['*'] : []),
  ];
  return steps.flatMap((step) => [[...path, step], ...keysBelow([...path, step])]);
}

/** Values to try at a path. */
function valuesAt(path: TreePath): readonly unknown[] {
  const part = schemaAt(path);
  const examples = [...(part.examples ?? []), ...namedAt(path)];
  const others = examples.flatMap((value): unknown[] => {
    if (typeof value === 'number') return [value / 2, value + 1];
    return typeof value === 'string' ? [`${value}x`, value.replace(/\d/u, '3')] : [];
  });
  return [...examples, ...others];
}

/** The values that the schema names at a path one by one. */
function namedAt(path: TreePath): readonly unknown[] {
  const part = schemaAt(path);
  const choices = [part, ...(Array.isArray(part['anyOf']) ? part['anyOf'] : [])];
  return choices.flatMap((choice: { readonly enum?: readonly unknown[] }) => choice.enum ?? []);
}

/** A plan with a value at a path, or without any there; undefined where it has no such place. */
function withValue(target: unknown, [step, ...rest]: TreePath, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const items: unknown[] = Array.isArray(target) ? target : [];
    const first = withValue(items[0], rest, value);
    return first === undefined ? items.slice(1) : [first, ...items.slice(1)];
  }
  const map = typeof target === 'object' && target !== null ? Object.entries(target) : [];
  const key = step === '*' ? (map[0]?.[0] ?? 'locale') : step;
  const below = withValue(map.find(([name]) => name === key)?.[1], rest, value);
  return Object.fromEntries([...map.filter(([name]) => name !== key), ...(below === undefined ? [] : [[key, below]])]);
}

const known = new Map<string, ReturnType<typeof parse>>();

/** Many keys leave a plan that has no place for them as it is, which is read once. */
function read(plan: unknown): RolloutPlan | undefined {
  const text = JSON.stringify(plan);
  const result = known.get(text) ?? parse(text, { 'flags/intent-model.json': definition, ...scorerFiles });
  known.set(text, result);
  return result.ok ? result.plan : undefined;
}

interface Tried {
  readonly path: TreePath;
  /** Of one plan, what came of it as it is, without the key, and with each value. */
  readonly readings: readonly ReadonlyMap<unknown, RolloutPlan>[];
}

const asTheyAre = new Map([...plans, ...Object.values(plansOf).flat()].map((plan) => [plan, read(plan)]));

const tried: readonly Tried[] = everyKey.map((path) => {
  const readings: ReadonlyMap<unknown, RolloutPlan>[] = [];
  for (const plan of plansOf[String(path[0])] ?? plans) {
    const made = [...new Set(valuesAt(path)), undefined].map(
      (value) => [value, read(withValue(plan, path, value))] as const,
    );
    const all = [['as it is', asTheyAre.get(plan)] as const, ...made];
    const reading = new Map(all.flatMap(([value, result]) => (result === undefined ? [] : [[value, result]])));
    readings.push(reading);
    if (changes(reading) && namedAt(path).length === 0) break;
  }
  return { path, readings };
});

function changes(reading: ReadonlyMap<unknown, RolloutPlan>): boolean {
  return new Set([...reading.values()].map((plan) => JSON.stringify(plan))).size > 1;
}

function nameOf(path: TreePath): string {
  return path.join('.');
}

test('every key of the schema changes what the plan says', () => {
  const told = tried.filter(({ readings }) => !readings.some(changes)).map(({ path }) => nameOf(path));
  expect(told.toSorted(), `keys of ${schemaFile} that no reader under src/plan/read reads`).toEqual(
    Object.keys(silent).toSorted(),
  );
});

test('the plans that the keys are put into are plans', () => {
  expect([...asTheyAre.values()]).not.toContain(undefined);
});

test('every value that the schema names means something of its own', () => {
  const alike = tried.flatMap(({ path, readings }) =>
    namedAt(path).flatMap((value, index, all) => {
      const apart = readings.some((reading) => {
        const own = JSON.stringify(reading.get(value));
        const others = all.filter((_, other) => other !== index).map((other) => JSON.stringify(reading.get(other)));
        return reading.has(value) && !others.includes(own);
      });
      return apart ? [] : [`${nameOf(path)}: ${String(value)}`];
    }),
  );
  expect(alike, `values of ${schemaFile} that the types of ${typeFile} do not have`).toEqual([]);
});

test('every key and every value of the type comes of a plan that the schema allows', () => {
  const seen = new Set<string>();
  for (const plan of tried.flatMap(({ readings }) => readings.flatMap((reading) => [...reading.values()]))) {
    note(plan, 'plan', seen);
  }
  const declared = [...new Set(declaredIn(declaredType(typeFile, 'RolloutPlan'), 'plan'))];
  const own = /^plan\.(?:stages\.\*\.requests\.|sources\.|elsewhere)/u;
  const missing = declared.filter((each) => !seen.has(each) && !unwritten.has(each) && !own.test(each));
  expect(missing, `parts of RolloutPlan in ${typeFile} that no plan after ${schemaFile} has`).toEqual([]);
  expect(declared).toEqual(
    expect.arrayContaining(['plan.requests.format = tf-serving', 'plan.guardrails.*.metric.family = kpi']),
  );
});

/** Notes every key and every value of a plan by its place, in which `*` is an item. */
function note(value: unknown, place: string, seen: Set<string>): void {
  seen.add(place);
  if (['string', 'boolean', 'number'].includes(typeof value)) seen.add(`${place} = ${String(value)}`);
  if (Array.isArray(value)) value.forEach((item) => note(item, `${place}.*`, seen));
  else if (typeof value === 'object' && value !== null)
    for (const [key, below] of Object.entries(value)) note(below, `${place}.${key}`, seen);
}

/** The places and the values that are written out in a type. */
function declaredIn(type: DeclaredType, place: string): string[] {
  // A metric may be of a metric, and numbers are of the metrics that guardrails are on.
  if (place.endsWith('.metric.of') || place === 'plan.requests.numbers.*.metric') return [place];
  const item = type.item();
  return [
    place,
    ...[...type.literals].map((value) => `${place} = ${String(value)}`),
    ...(item === undefined ? [] : declaredIn(item, `${place}.*`)),
    ...type
      .variants()
      .flatMap(({ properties }) => [...properties].flatMap(([key, below]) => declaredIn(below, `${place}.${key}`))),
  ];
}
