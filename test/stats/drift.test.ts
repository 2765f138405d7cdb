import { describe, expect, test } from 'vitest';
import { chiSquareTest } from '../../src/stats/distances/chi-square.ts';
import { jensenShannonDistance } from '../../src/stats/distances/jensen-shannon.ts';
import { kolmogorovSmirnovPValue } from '../../src/stats/distances/kolmogorov-smirnov.ts';
import { populationStability } from '../../src/stats/distances/population-stability.ts';

describe('the chi-square test', () => {
  // evidentlyai/evidently tests/stattests/test_stattests.py (Apache-2.0), which takes the reference's shares as known.
  test('gives the published p-value for a reference so large that its own chance vanishes', () => {
    const reference = [16, 18, 16, 14, 12, 12].map((count) => count * 1e9);
    const { pValue, degreesOfFreedom } = chiSquareTest(reference, [16, 16, 16, 16, 16, 8]);
    expect(degreesOfFreedom).toBe(5);
    expect(pValue).toBeCloseTo(0.67309, 5);
  });

  test('takes the chance of a small reference into account', () => {
    const small = chiSquareTest([20, 20], [30, 10]).pValue;
    expect(small).toBeGreaterThan(chiSquareTest([20_000, 20_000], [30, 10]).pValue);
  });

  test('is the textbook test of a fourfold table', () => {
    // n (ad - bc)^2 / (row and column sums) = 100 (20*35 - 30*15)^2 / (50*50*35*65)
    expect(chiSquareTest([20, 30], [15, 35]).statistic).toBeCloseTo((100 * 250 ** 2) / (50 * 50 * 35 * 65), 10);
  });

  test('finds nothing in one bin or on an empty side', () => {
    expect(chiSquareTest([5], [9]).pValue).toBe(1);
    expect(chiSquareTest([0, 0], [3, 4]).pValue).toBe(1);
  });
});

describe('the Jensen-Shannon distance', () => {
  // scipy/stats/tests (BSD-3): base 2, no overlap.
  test('is 1 without overlap and 0 for equal shares', () => {
    expect(jensenShannonDistance([1, 0, 0], [0, 1, 0])).toBe(1);
    expect(jensenShannonDistance([1, 2, 3], [10, 20, 30])).toBe(0);
  });
});

describe('the Kolmogorov-Smirnov p-value', () => {
  // scipy/stats/tests/test_stats.py (BSD-3): {1.01, 2.01} and {0.99, 1.99} against {1, 2, 3}.
  test('is exact for small samples', () => {
    expect(kolmogorovSmirnovPValue(1 / 3, 2, 3)).toBeCloseTo(1, 12);
    expect(kolmogorovSmirnovPValue(2 / 3, 2, 3)).toBeCloseTo(0.6, 12);
  });

  test('hardly changes where the limit takes over from the exact count', () => {
    expect(kolmogorovSmirnovPValue(0.2, 97, 104)).toBeCloseTo(kolmogorovSmirnovPValue(0.2, 97, 103), 2);
  });

  test('of samples without any overlap is as small as their number allows', () => {
    // Two of the 20 orders of three and three observations keep the samples apart.
    expect(kolmogorovSmirnovPValue(1, 3, 3)).toBeCloseTo(2 / 20, 12);
  });
});

describe('the population stability index', () => {
  test('is the sum over the bins by hand', () => {
    const expected = (0.6 - 0.5) * Math.log(0.6 / 0.5) + (0.4 - 0.5) * Math.log(0.4 / 0.5);
    expect(populationStability([50, 50], [6, 4])).toBeCloseTo(expected, 12);
  });

  test('counts an empty bin as one in ten thousand', () => {
    const expected = (1 - 0.5) * Math.log(1 / 0.5) + (1e-4 - 0.5) * Math.log(1e-4 / 0.5);
    expect(populationStability([1, 1], [3, 0])).toBeCloseTo(expected, 12);
  });
});
