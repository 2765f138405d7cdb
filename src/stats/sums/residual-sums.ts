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

/**
 * What the second and third moments of the residuals would be if heavy users were like the others. With heavy-tailed activity
 * the plain sums rest on the few heaviest units, and while none of those has had an event both are too small just when the
 * estimate is too low. Here every unit has its say: the variance of a residual with n requests is modelled as
 * between * n^2 + within * n (a shared part and an independent part per request), both fitted to all units,
 * and the skewness of the scaled residuals is taken to be the same for all.
 * It is no replacement for the plain moments, which are right also where heavy users differ; the larger of the two counts.
 */
export function homogeneousMoments(sums: ResidualSums): ResidualMoments {
  const { between, within } = varianceComponents(sums);
  let variances = 0;
  let cubes = 0;
  let scaledSquares = 0;
  let scaledCubes = 0;
  let all = 0;
  for (let group = 0; group < sums.requests.length; group += 1) {
    const count = sums.requests[group] ?? 0;
    const units = sums.units?.[group] ?? 1;
    if (count === 0) continue;
    const variance = count * (within + between * count);
    const deviation = Math.sqrt(variance);
    all += units;
    variances += units * variance;
    cubes += units * variance * deviation;
    scaledSquares += (sums.squares[group] ?? 0) / variance;
    scaledCubes += (sums.cubes[group] ?? 0) / (variance * deviation);
  }
  const skewness = (scaledCubes / all) * (scaledSquares / all) ** -1.5;
  return { second: variances, third: skewness * cubes };
}

/**
 * Fits r_u^2 = between * n_u^2 + within * n_u by the method of moments, from the sums of r^2 / n and r^2 / n^2: dividing by n^2
 * keeps the heavy units from having all the weight. A negative part is set to zero and the other fitted alone.
 */
function varianceComponents(sums: ResidualSums): { between: number; within: number } {
  let all = 0;
  let sum = 0;
  let inverseSum = 0;
  let squaresPerRequest = 0;
  let squaresPerSquare = 0;
  for (let group = 0; group < sums.requests.length; group += 1) {
    const count = sums.requests[group] ?? 0;
    const units = sums.units?.[group] ?? 1;
    if (count === 0) continue;
    const squares = (sums.squares[group] ?? 0) / count;
    all += units;
    sum += units * count;
    inverseSum += units / count;
    squaresPerRequest += squares;
    squaresPerSquare += squares / count;
  }
  const determinant = all * all - sum * inverseSum;
  // Units that are all of one size do not tell the two parts apart, and need not.
  if (determinant > -1e-9 * all * all) return { between: 0, within: squaresPerRequest / all };
  const between = (all * squaresPerSquare - inverseSum * squaresPerRequest) / determinant;
  if (between <= 0) return { between: 0, within: squaresPerRequest / all };
  const within = (squaresPerRequest - between * sum) / all;
  return within < 0 ? { between: squaresPerSquare / all, within: 0 } : { between, within };
}

/** Sums over units of powers of the leave-one-out residuals of a ratio of sums. */
export interface ResidualMoments {
  readonly second: number;
  readonly third: number;
}

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
