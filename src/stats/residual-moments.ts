import { homogeneousMoments } from './homogeneous-moments.ts';
import type { ResidualMoments } from './moments.ts';
import type { ResidualSums } from './residual-sums.ts';

/** Moments of the residuals: the plain ones, or those of units of a kind (see `homogeneousMoments`) where they are larger. */
export function residualMoments(sums: ResidualSums): ResidualMoments {
  let second = 0;
  let third = 0;
  for (const squares of sums.squares) second += squares;
  for (const cubes of sums.cubes) third += cubes;
  // Squares of squares would underflow and their ratios not be numbers; no metric varies that little.
  if (second < 1e-200) return { second: 0, third: 0 };
  const model = homogeneousMoments(sums);
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
