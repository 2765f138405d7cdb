/** Sums over units of powers of the leave-one-out residuals of a ratio of sums. May as well come from a database. */
export interface ResidualMoments {
  readonly second: number;
  readonly third: number;
}

/**
 * Residuals of theta = sum(total) / sum(size), each taken as if its unit had been left out of theta:
 * r_u = (total_u - theta * size_u) / (1 - size_u / sum(size)). A heavy unit pulls the estimate towards itself, and the plain
 * residual hides that (Bell and McCaffrey 2002, Bias reduction in standard errors for linear regression with multi-stage
 * samples; the CR3 estimator). The linearisation is that of Deng, Knoblich and Lu 2018, Applying the Delta Method in Metric
 * Analytics.
 * @param size denominator per unit, none of them the whole of the sum.
 * @param total numerator per unit, in the same order.
 * @param ratio theta.
 */
export function residualMoments(
  size: Float64Array,
  total: Float64Array,
  ratio: number,
  sizeSum: number,
): ResidualMoments {
  let second = 0;
  let third = 0;
  for (let unit = 0; unit < size.length; unit += 1) {
    const unitSize = size[unit] ?? 0;
    const residual = ((total[unit] ?? 0) - ratio * unitSize) / (1 - unitSize / sizeSum);
    const square = residual * residual;
    second += square;
    third += square * residual;
  }
  return { second, third };
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
