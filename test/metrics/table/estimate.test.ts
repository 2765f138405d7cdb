import { expect, test } from 'vitest';
import { estimateAt } from '../../../src/metrics/table/estimate.ts';
import { neededData } from '../../../src/stats/bounds/needed-data.ts';
import { servedDifference } from '../../stats/in-memory.ts';

const settings = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'sequential', plannedUnits: 1000 } as const;

/** Units with ten requests each; every tenth unit answers all of them wrongly. */
function side(units: number) {
  const requests = new Float64Array(units).fill(10);
  const sum = Float64Array.from(requests, (count, unit) => (unit % 10 === 0 ? 0 : count));
  return { requests, sum };
}

test('needed data of a served comparison count both sides, as its units and requests do', () => {
  const served = servedDifference(side(900), side(100), { zeroOne: true });
  if (served.kind !== 'linearized') throw new Error(served.reason);
  const smallerSide = neededData(served, -0.1, settings);
  if (smallerSide === null) throw new Error('there is an amount of data that decides');
  const estimate = estimateAt(served, settings, -0.1);
  if (estimate.kind !== 'estimated') throw new Error(estimate.kind);
  expect(estimate.units).toBe(1000);
  // Both sides grow by the same factor: ten times the candidate's units are the whole log's.
  expect(estimate.needed).toMatchObject({ units: smallerSide.units * 10, requests: smallerSide.requests * 10 });
});

test('where there are too few users for an interval, needed are the data that decide, not those at which there is one', () => {
  const served = servedDifference(side(200), side(20), { zeroOne: true });
  if (served.kind !== 'linearized') throw new Error(served.reason);
  const estimate = estimateAt(served, settings, -0.02);
  if (estimate.kind !== 'unbounded') throw new Error(estimate.kind);
  const decides = neededData(served, -0.02, settings);
  // An interval takes 30 users of the candidate, 330 in all.
  expect(estimate.needed?.units).toBe((decides?.units ?? 0) * 11);
  expect(estimate.needed?.units).toBeGreaterThan(10_000);
  expect(estimate.needed?.forInterval).toBeUndefined();
  expect(estimateAt(served, settings)).toMatchObject({ needed: { units: 330, forInterval: true } });
});
