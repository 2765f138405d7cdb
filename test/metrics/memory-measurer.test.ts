import { expect, test } from 'vitest';
import { parseMetric } from '../../src/domain/metric.ts';
import { MemoryMeasurer, type PeakMemory } from '../../src/metrics/memory-measurer.ts';
import type { Measurer } from '../../src/metrics/measurer.ts';
import type { Subject } from '../../src/metrics/table/subject.ts';

const others: Measurer = {
  measure: () => Promise.resolve({ kind: 'uncomputable', reason: 'asked the others' }),
  postStratified: () => Promise.resolve({ kind: 'uncomputable', reason: 'asked the others' }),
  tails: () => Promise.resolve({ topUnitsShare: 0.5 }),
  tally: () => Promise.resolve([]),
};

function subjectOf(id: string): Subject {
  const metric = parseMetric(id);
  if (metric === undefined) throw new Error(`no metric ${id}`);
  return { metric, comparison: 'paired', slice: { cohort: 'all', segment: null } };
}

function measurerOf(baseline: PeakMemory, candidate: PeakMemory): MemoryMeasurer {
  return new MemoryMeasurer(others, { peaks: { baseline, candidate }, units: 10, requests: 100 });
}

const memory = subjectOf('memory.peak');

test('a peak is a value without an interval', async () => {
  const measurer = measurerOf({ bytes: 200 }, { bytes: 250 });
  const refusal = {
    kind: 'refused',
    reason: 'one number per replay has no interval; write test: point',
    unboundable: true,
  };
  const size = { kind: 'valueOnly', units: 10, requests: 100, refusal };
  const sides = { baseline: 200, candidate: 250 };
  expect(await measurer.measure(memory, 'own')).toEqual({ ...size, value: 250 });
  expect(await measurer.measure(memory, 'difference')).toEqual({ ...size, ...sides, value: 50 });
  expect(await measurer.measure(memory, 'relative')).toEqual({ ...size, ...sides, value: 0.25 });
  expect(await measurer.postStratified(memory.metric, [])).toBeUndefined();
  expect(await measurer.tails(memory)).toEqual({});
});

test('a peak that nobody knows is uncomputable, and one of the baseline only where it is compared with', async () => {
  const unknown = { unknown: 'nobody looked' };
  const reason = { kind: 'uncomputable', reason: 'nobody looked' };
  expect(await measurerOf({ bytes: 200 }, unknown).measure(memory, 'own')).toEqual(reason);
  expect(await measurerOf(unknown, { bytes: 250 }).measure(memory, 'difference')).toEqual(reason);
  expect(await measurerOf(unknown, { bytes: 250 }).measure(memory, 'own')).toMatchObject({ value: 250 });
});

test('other metrics are those of the measurer within', async () => {
  const measurer = measurerOf({ bytes: 200 }, { bytes: 250 });
  const accuracy = subjectOf('accuracy');
  expect(await measurer.measure(accuracy, 'own')).toMatchObject({ reason: 'asked the others' });
  expect(await measurer.postStratified(accuracy.metric, [])).toMatchObject({ reason: 'asked the others' });
  expect(await measurer.tails(accuracy)).toEqual({ topUnitsShare: 0.5 });
});
