import { describe, expect, test } from 'vitest';
import { interval } from '../../src/stats/bounds/confidence-bound.ts';
import type { FloorOptions } from '../../src/stats/sums/contribution-sums.ts';
import { largestExplained } from './measure.ts';
import { runsOf } from '../fixtures/tiers.ts';
import { Random } from './random.ts';
import { pairedDifference, servedDifference } from '../stats/in-memory.ts';

/** A missed fraud costs 200 and a false alarm 5; the candidate misses so many more payments, and the bound on the cost sits on that. */
const missed = 200;
const alarmed = 5;
const moreMissed = 0.002;
const truth = missed * moreMissed;

const runs = runsOf(400, 80);
const users = 2000;
const looks = 10;
const settings = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'sequential', plannedUnits: 1000 } as const;

type Design = 'paired' | 'served';

/** Shares of runs whose bound excluded the truth at any of the looks. */
function missRates(design: Design, options: FloorOptions): { readonly pass: number; readonly breach: number } {
  const random = new Random(5);
  let [pass, breach] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const requests = new Float64Array(users).fill(1);
    const baseline = Float64Array.from(requests, () => (random.chance(0.01) ? alarmed : 0));
    const candidate = baseline.map(
      () => (random.chance(moreMissed) ? missed : 0) + (random.chance(0.01) ? alarmed : 0),
    );
    let [passed, breached] = [false, false];
    for (let look = 1; look <= looks; look += 1) {
      const part = (column: Float64Array) => column.subarray(0, (users * look) / looks);
      const found =
        design === 'paired'
          ? pairedDifference(
              { requests: part(requests), baseline: part(baseline), candidate: part(candidate) },
              options,
            )
          : servedDifference(
              { requests: part(requests), sum: part(baseline) },
              { requests: part(requests), sum: part(candidate) },
              options,
            );
      if (found.kind === 'uncomputable') continue;
      const bounds = interval(found, settings);
      if (bounds.kind === 'refused') continue;
      passed ||= bounds.high < truth;
      breached ||= bounds.low > truth;
    }
    pass += Number(passed);
    breach += Number(breached);
  }
  return { pass: pass / runs, breach: breach / runs };
}

describe.each(['paired', 'served'] as const)('a %s cost whose dear mistakes are rare', (design) => {
  test('is within its bound or beyond it no more often than the level, with the range of the costs', () => {
    const { pass, breach } = missRates(design, { range: missed });
    expect(pass).toBeLessThanOrEqual(largestExplained(0.05, runs));
    expect(breach).toBeLessThanOrEqual(largestExplained(0.05, runs));
  });
});

test('a paired cost seems to be within its bound while no such mistake was met, without the range of the costs', () => {
  expect(missRates('paired', {}).pass).toBeGreaterThan(0.2);
});

test('a served cost waits until enough users contributed to it, without the range of the costs', () => {
  expect(missRates('served', {}).pass).toBeLessThanOrEqual(largestExplained(0.05, runs));
});
