import { homogeneousMoments } from './homogeneous-moments.ts';
import type { ResidualMoments } from './moments.ts';

/**
 * Residuals of theta = sum(total) / sum(size), each taken as if its unit had been left out of theta:
 * r_u = (total_u - theta * size_u) / (1 - size_u / sum(size)). A heavy unit pulls the estimate towards itself, and the plain
 * residual hides that (Bell and McCaffrey 2002, Bias reduction in standard errors for linear regression with multi-stage
 * samples; the CR3 estimator). The linearisation is that of Deng, Knoblich and Lu 2018, Applying the Delta Method in Metric
 * Analytics.
 * @param size denominator per unit, none of them the whole of the sum.
 * @param total numerator per unit, in the same order.
 * @param ratio theta.
 * @returns one residual per unit; 0 for a unit without size and total.
 */
export function leaveOneOutResiduals(
  size: Float64Array,
  total: Float64Array,
  ratio: number,
  sizeSum: number,
): Float64Array {
  const residuals = new Float64Array(size.length);
  for (let unit = 0; unit < size.length; unit += 1) {
    const unitSize = size[unit] ?? 0;
    residuals[unit] = ((total[unit] ?? 0) - ratio * unitSize) / (1 - unitSize / sizeSum);
  }
  return residuals;
}

/**
 * Moments of the residuals: the plain ones, or those of units of a kind (see `homogeneousMoments`) where they are larger.
 * @param requests requests per unit, in the order of the residuals.
 */
export function residualMoments(residuals: Float64Array, requests: Float64Array): ResidualMoments {
  let second = 0;
  let third = 0;
  for (const residual of residuals) {
    second += residual * residual;
    third += residual * residual * residual;
  }
  // Squares of squares would underflow and their ratios not be numbers; no metric varies that little.
  if (second < 1e-200) return { second: 0, third: 0 };
  const model = homogeneousMoments(residuals, requests);
  const plainSkewness = third / second ** 1.5;
  const modelSkewness = model.third / model.second ** 1.5;
  const skewness = Math.abs(modelSkewness) > Math.abs(plainSkewness) ? modelSkewness : plainSkewness;
  const larger = Math.max(second, model.second);
  return { second: larger, third: skewness * larger ** 1.5 };
}

/** Variance of a ratio of sums from its residuals: (U - 1) / U * sum r_u^2 / (sum of sizes)^2. */
export function ratioVariance(moments: ResidualMoments, units: number, sizeSum: number): number {
  return (((units - 1) / units) * moments.second) / (sizeSum * sizeSum);
}

/** Skewness of the ratio: that of its residuals over the square root of their number, sum r^3 / (sum r^2)^1.5; 0 without variation. */
export function ratioSkewness(moments: ResidualMoments): number {
  return moments.second === 0 ? 0 : moments.third / moments.second ** 1.5;
}

/**
 * Whether residuals are nothing but the rounding of the numbers that they were computed from. A constant metric then has no
 * spread to put a bound on, and a bound of no width would be a claim of certainty.
 * @param magnitude sum of the squares of those numbers.
 */
export function isRounding(moments: ResidualMoments, magnitude: number): boolean {
  return moments.second <= 1e-24 * magnitude;
}
