import { describe, expect, it } from 'vitest';
import { sampleRatio } from '../../src/stats/distances/sample-ratio.ts';
import {
  areas,
  type Family,
  macroF1s,
  means,
  ownProportions,
  pairedProportions,
  pairedRatios,
  quantiles,
  relativeProportions,
  rootMeans,
  servedProportions,
} from './grid.ts';
import { coarseQuantiles, spendings, unmetExtremes } from './corner-grid.ts';
import { alertRecalls, averagePrecisions } from './ranking-grid.ts';
import { failures, largestExplained, measure } from './measure.ts';
import { planned } from './planned-grid.ts';
import { isWhole, runsOf } from '../fixtures/tiers.ts';
import { Random } from './random.ts';

/*
 * A small part of what `vitest --config .config/vitest.calibration.config.ts` simulates: the truth sits on the bound, and over 20 looks at
 * a growing log a bound excludes it no more often than its level. The rows are those that break simpler methods:
 * few events, heavy users, strong correlation, one small side.
 */
const chosen: [Family, string[]][] = [
  [
    ownProportions,
    [
      'rate 0.001, 300 units, 10 each, correlation 0.9',
      'rate 0.008, 300 units, 1 to 50, correlation 0.3',
      'rate 0.05, 5000 units, 1 to 50, correlation 0.9',
      'rate 0.5, 300 units, 1 each, correlation 0',
    ],
  ],
  [
    pairedProportions,
    [
      '0.1 to 0.13, churn 0, 5000 units, 1 to 50, correlation 0.9',
      '0.01 to 0.01, churn 0.002, 300 units, 10 each, correlation 0.9',
      '0.5 to 0.45, churn 0.02, 300 units, 1 each, correlation 0',
    ],
  ],
  [
    pairedRatios,
    [
      '0.1 to 0.13, churn 0, 300 units, 1 to 50, correlation 0.9',
      'relative, 0.5 to 0.45, churn 0.02, 5000 units, 1 each, correlation 0',
    ],
  ],
  [
    servedProportions,
    [
      '0.1 to 0.13, 5% candidate, 5000 units, 1 to 50, correlation 0.9',
      '0.1 to 0.11, 95% candidate, 600 units, 1 each, correlation 0',
      '0.001 to 0.003, 50% candidate, 5000 units, 1 each, correlation 0',
    ],
  ],
  [relativeProportions, ['0.1 to 0.13, 1000 units, 1 each, correlation 0']],
  [
    means,
    [
      'own, sigma 1.2, 1000 units, 1 to 50, correlation 0.9',
      'paired, sigma 0.5, 100 units, 1 each, correlation 0',
      'served, sigma 1.2, 5% candidate, 5000 units, 1 to 50, correlation 0.9',
      'served relative, sigma 0.5, 95% candidate, 1000 units, 1 each, correlation 0',
    ],
  ],
  [coarseQuantiles, ['p95 paired relative, 3000 units, 1 each, correlation 0']],
  [spendings, ['5% buy, 5% candidate, 5000 units, 1 each, correlation 0']],
  [rootMeans, ['served, 5% candidate, 1000 units, 1 to 50, correlation 0.3']],
  [
    unmetExtremes,
    [
      'latency.mean paired, met by the candidate, 1000 units, 1 each, correlation 0',
      'latency.mean paired, met by the baseline, 1000 units, 20 each, correlation 0.9',
      'log_loss served, met by the candidate, 50% candidate, 1000 units, 20 each, correlation 0.9',
    ],
  ],
  [
    areas,
    [
      'own, 20% positive, 2.5 to 2.5 apart, 1000 units, 1 each, correlation 0',
      'paired, 5% positive, 1 to 0.9 apart, 1000 units, 1 to 50, correlation 0.9',
    ],
  ],
  [averagePrecisions, ['paired, 50% positive, 1 to 0.9 apart, 300 units, 1 each, correlation 0']],
  [alertRecalls, ['10% alarms, paired, 50% positive, 1 to 0.9 apart, 300 units, 1 each, correlation 0']],
  [
    macroF1s,
    [
      'own, labels 60/27/10/3, 0.9 to 0.85, 1000 units, 1 to 50, correlation 0.9',
      'served, labels 50/50, 0.8 to 0.75, 50% candidate, 1000 units, 1 each, correlation 0',
    ],
  ],
  [
    quantiles,
    [
      'p95 own, 3000 units, 1 to 50, correlation 0.9',
      'p95 paired relative, 300 units, 1 to 50, correlation 0.3',
      'p50 served relative, 50% candidate, 300 units, 1 each, correlation 0',
    ],
  ],
];

const runs = runsOf(200, 12);

/** Planned boundaries take their time, so that fewer logs are looked at. */
const plannedRuns = runsOf(60, 6);

describe('bounds of a planned end', () => {
  it.each([
    'paired proportions 0.1 to 0.11, 300 units, 1 each, correlation 0',
    'served mean, 50% candidate, 3000 units, 1 to 50, correlation 0.3, the log goes on to twice',
    'own rate 0.1, 3000 units, 1 to 50, correlation 0.3, the log ends at half',
  ])('%s', (title) => {
    const cell = planned.cells.find((candidate) => candidate.title === title);
    if (cell === undefined) throw new Error(`No such row: ${title}`);
    const rates = measure(cell.scenario, plannedRuns, 7);
    expect(failures(rates, 'sequential')).toEqual([]);
    expect(rates.decided).toBeGreaterThan(0.5);
  });
});

describe.each(chosen)('$title', (family, titles) => {
  it.each(titles)('%s', (title) => {
    const cell = family.cells.find((candidate) => candidate.title === title);
    if (cell === undefined) throw new Error(`No such row: ${title}`);
    const rates = measure(cell.scenario, runs, 7);
    expect({ sequential: failures(rates, 'sequential'), fixed: failures(rates, 'fixed') }).toEqual({
      sequential: [],
      fixed: [],
    });
    // Few runs may all be refused where a small share of many is decided.
    if (isWhole) expect(rates.decided).toBeGreaterThan(0);
  });
});

describe('the sample ratio test', () => {
  it.each([0.05, 0.5, 0.95])(
    'raises a false alarm over 500 looks no more often than its level, at a weight of %f',
    (weight) => {
      const random = new Random(11);
      let alarms = 0;
      for (let run = 0; run < runs; run += 1) {
        const counts: [number, number] = [0, 0];
        let alarm = false;
        for (let look = 0; look < 500; look += 1) {
          for (let unit = 0; unit < 10; unit += 1) counts[random.chance(weight) ? 0 : 1] += 1;
          alarm ||= sampleRatio(counts, [weight, 1 - weight]).pValue <= 0.05;
        }
        if (alarm) alarms += 1;
      }
      expect(alarms / runs).toBeLessThanOrEqual(largestExplained(0.05, runs));
    },
  );
});
