import { expect, test } from 'vitest';
import { estimateAt } from '../../../src/metrics/table/estimate.ts';
import type { JudgedRow } from '../judged-rows.ts';
import { measure } from '../measure.ts';

const settings = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'sequential', plannedUnits: 1000 } as const;

/** Forty users, whom the candidate answers as the baseline does. */
const few: JudgedRow[] = Array.from({ length: 40 }, (_, unit) => {
  const told = { label: 'a', latencyMs: 10 + unit, value: unit % 7 };
  return { unit, label: 'a', baseline: told, candidate: told };
});

test.each([
  ['accuracy', 'difference', -1, 1],
  ['error_rate', 'difference', -1, 1],
  ['macro_f1', 'own', 0, 1],
  ['latency.mean', 'own', 0, Infinity],
  ['latency.mean', 'relative', -1, Infinity],
] as const)('an interval of %s (%s) lies within %d and %d', async (metric, quantity, low, high) => {
  const estimate = estimateAt(await measure(few, metric, quantity), settings);
  if (estimate.kind !== 'estimated') throw new Error(estimate.reason);
  expect(estimate.low).toBeGreaterThanOrEqual(low);
  expect(estimate.high).toBeLessThanOrEqual(high);
});

test('what is possible cuts an interval, and moves nothing else', async () => {
  const measured = await measure(few, 'macro_f1', 'own');
  if (measured.kind !== 'linearized') throw new Error(measured.kind);
  const { possible: _, ...unlimited } = measured;
  const [cut, whole] = [measured, unlimited].map((each) => estimateAt(each, settings));
  if (cut?.kind !== 'estimated' || whole?.kind !== 'estimated') throw new Error('both have an interval');
  expect(whole.high).toBeGreaterThan(1);
  expect(cut).toEqual({ ...whole, low: Math.max(0, whole.low), high: 1 });
});
