/**
 * Squares and cubes of units' residuals, added up over units with the same number of requests, which is all that a bound needs
 * to know of the units. A unit may be a group of its own: so come the sums of units that are in memory, while a database adds up
 * units too many for that.
 */
export interface ResidualSums {
  /** Requests of each unit of the group; not whole where they are the mean of two sides'. */
  readonly requests: Float64Array;
  /** How many units the group has; absent where each is a unit. */
  readonly units?: Float64Array;
  readonly squares: Float64Array;
  readonly cubes: Float64Array;
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

/** The sums of residuals that are in memory, each unit a group of its own. */
export function residualSums(residuals: Float64Array, requests: Float64Array): ResidualSums {
  const squares = new Float64Array(residuals.length);
  const cubes = new Float64Array(residuals.length);
  for (let unit = 0; unit < residuals.length; unit += 1) {
    const residual = residuals[unit] ?? 0;
    squares[unit] = residual * residual;
    cubes[unit] = residual * residual * residual;
  }
  return { requests, squares, cubes };
}
