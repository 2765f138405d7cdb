import { describe, expect, test } from 'vitest';
import { interval, type IntervalSettings } from '../../../src/stats/bounds/confidence-bound.ts';
import { neededPairs, pairHalfWidth } from '../../../src/stats/bounds/pair-bounds.ts';
import type { Linearized } from '../../../src/stats/estimates/linearized.ts';
import { pairSpread } from '../../../src/stats/estimates/pair-spread.ts';
import { Random } from '../../calibration/random.ts';
import { runsOf } from '../../fixtures/tiers.ts';

test('the spread is the standard error of a mean of pairs', () => {
  const { pairs, standardError } = pairSpread(Float64Array.of(1, 2, 3, 4, 5));
  expect(pairs).toBe(5);
  expect(standardError).toBeCloseTo(Math.sqrt(2.5 / 5), 12);
});

test("timed once, the half-width is Student's t with a degree of freedom less than pairs", () => {
  // t(0.95, 4) and t(0.9975, 4), from tables.
  expect(pairHalfWidth({ pairs: 5, standardError: 1 }, { alpha: 0.05 })).toBeCloseTo(2.1318, 4);
  expect(pairHalfWidth({ pairs: 5, standardError: 1 }, { alpha: 0.0025 })).toBeCloseTo(5.5976, 4);
});

/** The difference of two processes, each of which is off by so much. */
const ofPair = (deviation: number) => ({ pairs: 5, standardError: (Math.SQRT2 * deviation) / Math.sqrt(5) });

test.for([
  [0.05, 1, 3, 5],
  [0.05, 2, 4, 9],
  [0.05, 3, 7, 14],
  [0.05, 5, 15, 32],
  [0.1, 1, 3, 4],
  [0.1, 2, 3, 5],
  [0.1, 3, 4, 7],
  [0.1, 5, 6, 12],
])(
  'a bound of %d takes, with processes that differ by %d%%, %d pairs at one look and %d at many',
  ([bound = 0, percent = 0, once = 0, again = 0]) => {
    const spread = ofPair(percent / 100);
    expect(neededPairs(spread, bound, { alpha: 0.05 })).toBeCloseTo(once, -0.5);
    // Worked out by simulation, to which a formula comes within one or two.
    const sequential = neededPairs(spread, bound, { alpha: 0.05, timings: 1 }) ?? 0;
    expect(Math.abs(sequential - again)).toBeLessThanOrEqual(2);
  },
);

/** Standard error of a change of latency between the users of one measurement. */
const betweenUsers = 0.008;

/**
 * The shares of series in which a candidate that sits on its bound passes, and is rolled back, by chance. Each look times it in five fresh
 * pairs, whose users are different ones.
 */
function falseDecisions(looks: number, deviation: number, again: boolean) {
  const random = new Random(20_261_129);
  const runs = runsOf(1500, 400);
  let [passes, breaches] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    let [passed, breached] = [false, false];
    for (let look = 1; look <= looks; look += 1) {
      const values = Float64Array.from(
        { length: 5 },
        () => deviation * (random.normal() - random.normal()) + Math.sqrt(5) * betweenUsers * random.normal(),
      );
      const value = values.reduce((sum, each) => sum + each, 0) / 5;
      const found = interval({ ...measured, value, pairs: pairSpread(values) }, settingsAt(again ? look : undefined));
      if (found.kind !== 'interval') throw new Error(found.reason);
      passed ||= found.high <= 0;
      breached ||= found.low > 0;
    }
    passes += Number(passed);
    breaches += Number(breached);
  }
  return { pass: passes / runs, breach: breaches / runs };
}

const measured: Linearized = {
  kind: 'linearized',
  value: 0,
  standardError: betweenUsers,
  floorVariance: 0,
  skewness: 0,
  units: 400,
  requests: 2000,
  effectiveUnits: 400,
  clusterSize: 5,
  counted: { units: 400, requests: 2000 },
};

/** A pass at 5%, a breach at a twentieth of it. */
function settingsAt(timings: number | undefined): IntervalSettings {
  const levels = { alphaLower: 0.0025, alphaUpper: 0.05, plannedUnits: 400 };
  return { ...levels, inference: timings === undefined ? 'fixed' : 'sequential', timings };
}

describe.each([0.01, 0.02, 0.03, 0.05])('with processes that differ by %d', (deviation) => {
  test('one timing decides falsely in 5%, and in 0.25% of tests that share alpha by 20', () => {
    const { pass, breach } = falseDecisions(1, deviation, false);
    expect(pass).toBeLessThan(0.06);
    expect(breach).toBeLessThan(0.008);
  });

  test('so do thirty nights', () => {
    const { pass, breach } = falseDecisions(30, deviation, true);
    expect(pass).toBeLessThan(0.05);
    expect(breach).toBeLessThan(0.006);
  });
});

test('a t that is asked every night does not hold', () => {
  expect(falseDecisions(20, 0.03, false).pass).toBeGreaterThan(0.2);
});
