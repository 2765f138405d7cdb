import { describe, expect, it } from 'vitest';
import { boundary } from '../../src/stats/bounds/boundary.ts';
import { normalUpperTail, studentUpperQuantile } from '../../src/stats/distributions.ts';
import { logDirichletMarginal, logMultinomial } from '../../src/stats/distances/sample-ratio.ts';
import { linearized, sampleWithMoments } from './samples.ts';
import { servedDifference, servedRelativeDifference } from './in-memory.ts';

/*
 * Inputs and expected outputs from the test suites of other systems:
 * GrowthBook (packages/stats/tests, MIT licence), Spotify's confidence (tests/frequentist, Apache-2.0),
 * Optimizely's ssrm (ssrm_test, Apache-2.0).
 * Their variances are plain, with U - 1 below and without leaving units out, so a comparison with thousands of units agrees
 * to about 1 / U; the tolerances say so.
 */

describe('GrowthBook, a mean per unit in two groups', () => {
  const baseline = sampleWithMoments({ units: 3407, sum: 1396.87, sumOfSquares: 52377.9767 });
  const candidate = sampleWithMoments({ units: 3461, sum: 2422.7, sumOfSquares: 134698.29 });

  it('gives the absolute difference and its standard error', () => {
    const found = linearized(servedDifference(baseline, candidate));
    expect(found.value).toBeCloseTo(0.29, 4);
    expect(found.standardError).toBeCloseTo(0.12478, 4);
  });

  it('gives the relative difference and its standard error', () => {
    const found = linearized(servedRelativeDifference(baseline, candidate));
    expect(found.value).toBeCloseTo(0.70732, 4);
    expect(found.standardError).toBeCloseTo(0.37879, 3);
  });

  it('gives the p-values of the two differences', () => {
    const absolute = linearized(servedDifference(baseline, candidate));
    const relative = linearized(servedRelativeDifference(baseline, candidate));
    expect(2 * normalUpperTail(absolute.value / absolute.standardError)).toBeCloseTo(0.02016, 3);
    expect(2 * normalUpperTail(relative.value / relative.standardError)).toBeCloseTo(0.06191, 3);
  });
});

describe('GrowthBook, the asymptotic confidence sequence', () => {
  const baseline = sampleWithMoments({ units: 3000, sum: 1396.87, sumOfSquares: 52377.9767 });
  const candidate = sampleWithMoments({ units: 3461, sum: 2422.7, sumOfSquares: 134698.29 });
  const units = 3000 + 3461;

  it('has the one-sided bounds at a planned size of 5,000 units, relative and absolute', () => {
    const z = boundary('sequential', 0.05, units, 5000);
    const relative = linearized(servedRelativeDifference(baseline, candidate));
    expect(relative.value - z * relative.standardError).toBeCloseTo(-0.42356454602790883, 3);
    expect(relative.value + z * relative.standardError).toBeCloseTo(1.4302867177403806, 3);
    const absolute = linearized(servedDifference(baseline, candidate));
    expect(absolute.value - z * absolute.standardError).toBeCloseTo(-0.12656844172804982, 3);
    expect(absolute.value + z * absolute.standardError).toBeCloseTo(0.5953217750613832, 3);
  });

  it('is at half the level within a thousandth of the published two-sided interval at 1,000 units', () => {
    const z = boundary('sequential', 0.025, units, 1000);
    const publishedZ = (1.56516 - 0.50336) / 0.33341;
    expect(Math.abs(z / publishedZ - 1)).toBeLessThan(1e-3);
  });
});

describe('confseq (gostevehoward, MIT licence), the exact one-sided normal mixture', () => {
  it('lies below the closed form used here, by at most a hundredth', () => {
    // one_sided_normal_mixture bound at intrinsic time 100, optimised there, alpha 0.05, in units of the sum
    const exact = 27.66071;
    const closedForm = boundary('sequential', 0.05, 100, 100) * Math.sqrt(100);
    expect(closedForm).toBeGreaterThan(exact);
    expect(closedForm / exact).toBeLessThan(1.01);
  });
});

describe("Spotify's confidence, a non-inferiority test", () => {
  it('gives the difference and its 98% two-sided interval', () => {
    const baseline = sampleWithMoments({ units: 5000, sum: 10021, sumOfSquares: 25142 });
    const candidate = sampleWithMoments({ units: 5000, sum: 9892, sumOfSquares: 24510 });
    const found = linearized(servedDifference(baseline, candidate));
    const z = boundary('fixed', 0.01, 5000, 1);
    expect(found.value).toBeCloseTo(-0.0258, 10);
    expect(found.value - z * found.standardError).toBeCloseTo(-0.0723, 4);
    expect(found.value + z * found.standardError).toBeCloseTo(0.0207, 4);
  });

  it('rejects a fall by the margin of 2% and does not reject a rise by it', () => {
    const baseline = sampleWithMoments({ units: 5000, sum: 10021, sumOfSquares: 25142 });
    const candidate = sampleWithMoments({ units: 5000, sum: 9892, sumOfSquares: 24510 });
    const found = linearized(servedDifference(baseline, candidate));
    const margin = (0.02 * 10021) / 5000;
    expect(normalUpperTail((found.value + margin) / found.standardError)).toBeCloseTo(0.23755, 3);
    expect(normalUpperTail((margin - found.value) / found.standardError)).toBeCloseTo(0.000493389, 5);
  });
});

describe("Optimizely's ssrm, the sequential sample ratio test", () => {
  const shares = [0.4, 0.4, 0.2];

  it('has the marginal likelihoods of the first batch', () => {
    expect(logDirichletMarginal([20, 17, 9], [1, 1, 1])).toBeCloseTo(-7.028201432058012, 9);
    expect(logMultinomial([20, 17, 9], shares)).toBeCloseTo(-4.0776406466061985, 9);
  });

  it('has those of both batches, the second given the first', () => {
    const second = logDirichletMarginal([18, 21, 8], [21, 18, 10]);
    expect(logDirichletMarginal([20, 17, 9], [1, 1, 1]) + second).toBeCloseTo(-11.947847738358888, 9);
    expect(logMultinomial([20, 17, 9], shares) + logMultinomial([18, 21, 8], shares)).toBeCloseTo(
      -8.265946861099877,
      9,
    );
  });
});

describe('scipy, distribution tails', () => {
  it("has Student's quantile far into the tail", () => {
    // scipy.stats.t.ppf(scipy.stats.norm.cdf(-z), 29) for z = 6 and z = 20
    expect(studentUpperQuantile(normalUpperTail(6), 29)).toBeCloseTo(8.561921673791883, 9);
    expect(studentUpperQuantile(normalUpperTail(20), 29) / 5570.454589140434).toBeCloseTo(1, 9);
  });
});
