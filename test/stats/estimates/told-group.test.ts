import { describe, expect, test } from 'vitest';
import { interval } from '../../../src/stats/bounds/confidence-bound.ts';
import { sampleSums } from '../../../src/stats/sums/sample-sums.ts';
import { servedGroup } from '../../../src/stats/estimates/served-difference.ts';
import { type ToldMean, toldGroup, toldOwnValue, toldProportion } from '../../../src/stats/estimates/told-group.ts';
import { ownValue, proportion } from '../in-memory.ts';

/** `units` users who made `each` requests of which all or none are events. */
function agreeing(units: number, events: number, each: number) {
  return {
    requests: new Float64Array(units).fill(each),
    sum: Float64Array.from({ length: units }, (_, unit) => (unit < events ? each : 0)),
  };
}

function group(told: ToldMean) {
  const made = toldGroup(told, 'candidate');
  if (made.kind === 'uncomputable') throw new Error(made.reason);
  return made;
}

describe.each([1, 4])('a told share is what users who agree with themselves in %i requests each would give', (each) => {
  const sample = agreeing(400, 30, each);
  const told = { mean: 30 / 400, requests: 400 * each, units: 400 };

  test('as one side of a comparison', () => {
    const counted = servedGroup(sampleSums(sample, { zeroOne: true }), 'candidate');
    const names = Object.keys(counted).filter((name) => name !== 'kind');
    expect(names).toHaveLength(11);
    const numbers = (side: object) => names.map((name) => Number(Reflect.get(side, name)).toPrecision(10));
    expect(numbers(group(told))).toEqual(numbers(counted));
  });

  test('as a proportion of its own', () => {
    expect(toldProportion(told)).toEqual({ ...proportion(sample), effectiveEvents: expect.closeTo(30, 9) });
  });
});

describe('a told mean', () => {
  const values = Float64Array.from({ length: 500 }, (_, unit) => Math.exp(Math.sin(unit * 12.9898) * 1.2 + 4));
  const ones = new Float64Array(500).fill(1);
  const mean = values.reduce((sum, value) => sum + value, 0) / 500;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 499;

  test('has the standard error that its values have', () => {
    const counted = ownValue({ requests: ones, sum: values });
    const told = toldOwnValue(group({ mean, variance, requests: 500, units: 500 }));
    expect(told.standardError).toBeCloseTo(counted.kind === 'linearized' ? counted.standardError : Number.NaN, 9);
    expect(told.value).toBeCloseTo(mean, 9);
  });

  test('is taken for as skewed as a log-normal one', () => {
    // Of exp(N(0, 1)): mean e^0.5, variance (e - 1) e, skewness (e + 2) sqrt(e - 1) = 6.1849.
    const logNormal = { mean: Math.exp(0.5), variance: (Math.E - 1) * Math.E, requests: 1e4, units: 1e4 };
    expect(toldOwnValue(group(logNormal)).skewness * 100).toBeCloseTo(6.1849, 3);
  });

  test('of users counts users, not their requests', () => {
    const byUsers = toldOwnValue(group({ mean, variance, requests: 5000, units: 500 }));
    expect(byUsers).toMatchObject({ units: 500, requests: 5000, effectiveUnits: 500, clusterSize: 10 });
    expect(byUsers.standardError).toBeCloseTo(Math.sqrt(variance / 500), 9);
  });

  test('of zero is so skewed that a single look refuses it', () => {
    const estimate = toldOwnValue(group({ mean: 0, variance: 1, requests: 100, units: 100 }));
    const settings = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'fixed', plannedUnits: 1000 } as const;
    expect(interval(estimate, settings)).toMatchObject({ kind: 'refused', needed: { units: expect.any(Number) } });
  });
});

test.each([
  ['one unit', { mean: 0.5, requests: 9, units: 1 }, 'candidate: a single user shows no spread'],
  ['no spread', { mean: 5, variance: 0, requests: 9, units: 9 }, 'candidate: every user has the same value'],
])('%s allows no interval', (_title, told, reason) => {
  expect(toldGroup(told, 'candidate')).toEqual({ kind: 'uncomputable', reason });
});
