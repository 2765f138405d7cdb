import { array, assert, constantFrom, jsonValue, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { examplePlan, parse } from './plan-text.ts';

type Path = readonly (string | number)[];

function everyPath(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => everyPath(item, [...path, key]))];
}

function withValue(target: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof target !== 'object' || target === null) return value;
  if (Array.isArray(target))
    return target.map((item, at) => (at === Number(step) ? withValue(item, rest, value) : item));
  return Object.fromEntries(
    Object.entries(target).map(([key, item]) => [key, key === step ? withValue(item, rest, value) : item]),
  );
}

/** Every text is a plan, or has at least one error, each with a place and a hint. */
function expectPlanOrReasons(text: string): void {
  const result = parse(text);
  const errors = result.ok ? [] : result.diagnostics.filter(({ severity }) => severity === 'error');
  expect(result.ok).toBe(errors.length === 0);
  for (const { line, column, message, hint } of errors) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(message).not.toMatch(/undefined|\[object|NaN/u);
    expect(hint).not.toMatch(/undefined|\[object|NaN/u);
  }
}

test('any JSON value at any place of a plan gives a plan or located reasons, never a crash', () => {
  const example: unknown = parseYaml(examplePlan);
  const anything = oneof(
    jsonValue({ maxDepth: 2 }),
    constantFrom('5%', '5pp', '5ms', -1, 1e300, '', '..', [[]], { a: {} }),
  );
  assert(
    property(constantFrom(...everyPath(example)), anything, (path, value) => {
      expectPlanOrReasons(JSON.stringify(withValue(example, path, value)));
    }),
    { numRuns: 400 },
  );
});

test('any text gives a plan or located reasons, never a crash', () => {
  const pieces = constantFrom(
    ...examplePlan.split(/(?<=[\s:{,])/u),
    '*',
    '&a ',
    '<<: ',
    '- ',
    '\t',
    '"',
    '---\n',
    '? ',
    '!x ',
  );
  assert(
    property(array(oneof(pieces, string()), { maxLength: 30 }), (parts) => {
      expectPlanOrReasons(parts.join(''));
    }),
    { numRuns: 400 },
  );
});
