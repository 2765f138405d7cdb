import { assert, func, nat, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planDigestInput } from '../../src/plan/parse-plan.ts';
import { parse as parseYaml } from 'yaml';
import { examplePlan, parsed, planWith, shortPlan } from './plan-text.ts';

/** What the example's plan says of its requests. */
const requests = {
  format: 'canary',
  source: ['../requests/*.jsonl'],
  fields: {
    id: 'request_id',
    timestamp: 'timestamp',
    unit: 'session.id',
    input: 'input',
    label: 'label',
    outcomes: 'outcomes',
  },
  segments: { locale: 'context.locale', hour: 'timestamp.hour' },
  maxRejected: 0.01,
  maxUnknownLabels: 0.01,
  settleMs: 300_000,
  from: '2026-11-01T00:00:00.000Z',
};

test('a plan that uses every part of the format becomes a typed plan in ms and proportions', () => {
  expect(parsed(examplePlan).plan).toEqual({
    name: 'intent-1.5.0',
    model: 'intent',
    registry: '../registry',
    baseline: 'stable',
    candidate: '1.5.0',
    requests,
    assignment: { scheme: 'murmur3', salt: 'intent-1.5.0' },
    stages: [
      { name: 'shadow', weight: 0, minRequests: 2000, minUnits: 30, plannedSize: { requests: true, units: false } },
      { name: 'canary-5', weight: 0.05, minRequests: 500, minUnits: 100, plannedSize: { requests: true, units: true } },
      {
        name: 'half',
        weight: 0.25,
        minRequests: 100,
        minUnits: 30,
        plannedSize: { requests: false, units: false },
        requests: {
          ...requests,
          source: ['../requests/late.csv', '../requests/later.csv'],
          from: '2026-11-02T08:00:00.000Z',
        },
      },
      { name: 'full', weight: 1, minRequests: 100, minUnits: 30, plannedSize: { requests: false, units: false } },
    ],
    guardrails: [
      {
        metric: { id: 'latency.p95', family: 'latency', statistic: 'quantile', probability: 0.95 },
        bounds: [
          { kind: 'max', value: 120, relative: false },
          { kind: 'maxIncrease', value: 0.1, relative: true },
        ],
        segments: [],
        onBreach: 'rollback',
        test: 'interval',
      },
      {
        metric: { id: 'error_rate', family: 'error_rate' },
        bounds: [
          { kind: 'max', value: 0.008, relative: false },
          { kind: 'maxIncrease', value: 0.002, relative: false },
        ],
        segments: [],
        onBreach: 'rollback',
        test: 'interval',
      },
      {
        metric: { id: 'accuracy', family: 'accuracy' },
        bounds: [{ kind: 'maxDecrease', value: 0.01, relative: false }],
        segments: ['locale'],
        onBreach: 'rollback',
        test: 'interval',
      },
      {
        metric: { id: 'latency.mean', family: 'latency', statistic: 'mean', timeoutMs: 1500 },
        bounds: [{ kind: 'maxIncrease', value: 5, relative: false }],
        segments: [],
        onBreach: 'hold',
        test: 'point',
      },
    ],
    statistics: { confidence: 0.95, inference: 'sequential' },
    replay: { latency: 'measured', latencyRequests: 2000, pairs: 5, batch: 64, timeoutMs: 1500, seed: 7 },
    coverage: { hours: [8, 20], segments: { locale: ['en-US', 'de-DE'] }, minRequests: 30 },
    checks: {
      sampleRatio: { action: 'hold', alpha: 0.0005 },
      parity: { action: 'warn', alpha: 0.001 },
      coverage: { action: 'hold' },
      window: { action: 'hold', minDurationMs: 129_600_000 },
      segments: { action: 'warn', alpha: 0.01 },
      segmentMix: { action: 'hold' },
      labels: { action: 'hold' },
      selection: { action: 'warn', alpha: 0.001 },
      stability: { action: 'hold', alpha: 0.001 },
      alarm: { action: 'hold' },
    },
    judge: 'all',
    rollback: { owner: 'on-call', rehearsed: '2026-11-01', steps: ['canary rollback rollouts/intent.yaml'] },
  });
});

test('the shortest plan gets every default and no optional part', () => {
  const { plan } = parsed(shortPlan);
  expect(plan.assignment).toEqual({ scheme: 'murmur3', salt: 'short' });
  expect(plan.replay).toEqual({
    latency: 'measured',
    latencyRequests: 2000,
    pairs: 5,
    batch: 64,
    timeoutMs: 2000,
    seed: 1,
  });
  expect(plan.statistics).toEqual({ confidence: 0.95, inference: 'sequential' });
  expect(plan.requests.segments).toEqual({});
  expect(plan).not.toHaveProperty('coverage');
  expect(plan).not.toHaveProperty('rollback');
});

test('a plan in JSON means the same as in YAML', () => {
  const json = JSON.stringify({ $schema: './plan.schema.json', ...parseYaml(examplePlan) }, null, '\t');
  expect(parsed(json).plan).toEqual(parsed(examplePlan).plan);
});

test('a byte order mark and Windows line ends change nothing', () => {
  const windows = `\uFEFF${examplePlan.replaceAll('\n', '\r\n')}`;
  expect(parsed(windows).plan).toEqual(parsed(examplePlan).plan);
});

test('anchors and aliases stand for what they name', () => {
  const aliased = examplePlan
    .replace('minRequests: 2000', 'minRequests: &enough 2000')
    .replace('minRequests: 500', 'minRequests: *enough');
  expect(parsed(aliased).plan.stages[1]?.minRequests).toBe(2000);
});

test('percentages are read in decimal, without the error of a division', () => {
  const { plan } = parsed(planWith('max: 0.8%, maxIncrease: 0.2pp', 'max: 1.1%, maxIncrease: 0.07pp'));
  expect(plan.guardrails[1]?.bounds.map(({ value }) => value)).toEqual([0.011, 0.0007]);
});

describe('the order of keys', () => {
  type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

  const isMap = (value: Json): value is { [key: string]: Json } =>
    typeof value === 'object' && value !== null && !Array.isArray(value);

  /** The same value with the keys of every map in another order. */
  function reordered(value: Json, rank: (key: string) => number): Json {
    if (Array.isArray(value)) return value.map((item) => reordered(item, rank));
    if (!isMap(value)) return value;
    const entries = Object.entries(value).toSorted(([left], [right]) => rank(left) - rank(right));
    return Object.fromEntries(entries.map(([key, item]) => [key, reordered(item, rank)]));
  }

  const example: Json = parseYaml(examplePlan);

  test('changes neither the plan nor the text that is hashed', () => {
    const expected = parsed(examplePlan);
    assert(
      property(func(nat()), (rank) => {
        const shuffled = parsed(JSON.stringify(reordered(example, rank)));
        expect(shuffled.plan).toEqual(expected.plan);
        expect(planDigestInput(shuffled.plan)).toBe(planDigestInput(expected.plan));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the text that is hashed', () => {
  const original = planDigestInput(parsed(examplePlan).plan);

  test('does not change with the rollback instructions', () => {
    expect(planDigestInput(parsed(planWith('rehearsed: 2026-11-01', 'rehearsed: 2026-11-20')).plan)).toBe(original);
  });

  test('does not change when a default is written out or a unit is written another way', () => {
    const written = planWith('weight: 5%', 'weight: 0.05').replace('timeout: 1.5s', 'timeout: 1500ms, batch: 64');
    expect(planDigestInput(parsed(written).plan)).toBe(original);
  });

  test.each([
    ['a bound', 'max: 120ms', 'max: 121ms'],
    ['a weight', 'weight: 0.25', 'weight: 0.6'],
    ['the candidate', 'candidate: 1.5.0', 'candidate: 1.5.1'],
    ['the log', '../requests/*.jsonl', '../requests/*.csv'],
    ['what a breach means', 'onBreach: hold, ', ''],
  ])('changes with %s', (_what, piece, replacement) => {
    expect(planDigestInput(parsed(planWith(piece, replacement)).plan)).not.toBe(original);
  });
});
