import type { ResidualMoments } from './moments.ts';

/**
 * What the second and third moments of the residuals would be if heavy users were like the others. With heavy-tailed activity
 * the plain sums rest on the few heaviest units, and while none of those has had an event both are too small just when the
 * estimate is too low. Here every unit has its say: the variance of a residual with n requests is modelled as
 * between * n^2 + within * n (a shared part and an independent part per request), both fitted to all units,
 * and the skewness of the scaled residuals is taken to be the same for all.
 * It is no replacement for the plain moments, which are right also where heavy users differ; the larger of the two counts.
 */
export function homogeneousMoments(residuals: Float64Array, requests: Float64Array): ResidualMoments {
  const { between, within } = varianceComponents(residuals, requests);
  let variances = 0;
  let cubes = 0;
  let scaledSquares = 0;
  let scaledCubes = 0;
  let units = 0;
  for (let unit = 0; unit < residuals.length; unit += 1) {
    const count = requests[unit] ?? 0;
    if (count === 0) continue;
    const variance = count * (within + between * count);
    const deviation = Math.sqrt(variance);
    const scaled = (residuals[unit] ?? 0) / deviation;
    units += 1;
    variances += variance;
    cubes += variance * deviation;
    scaledSquares += scaled * scaled;
    scaledCubes += scaled * scaled * scaled;
  }
  const skewness = (scaledCubes / units) * (scaledSquares / units) ** -1.5;
  return { second: variances, third: skewness * cubes };
}

/**
 * Fits r_u^2 = between * n_u^2 + within * n_u by the method of moments, from the sums of r^2 / n and r^2 / n^2: dividing by n^2
 * keeps the heavy units from having all the weight. A negative part is set to zero and the other fitted alone.
 */
function varianceComponents(residuals: Float64Array, requests: Float64Array): { between: number; within: number } {
  let units = 0;
  let sum = 0;
  let inverseSum = 0;
  let squaresPerRequest = 0;
  let squaresPerSquare = 0;
  for (let unit = 0; unit < residuals.length; unit += 1) {
    const count = requests[unit] ?? 0;
    if (count === 0) continue;
    const square = (residuals[unit] ?? 0) ** 2 / count;
    units += 1;
    sum += count;
    inverseSum += 1 / count;
    squaresPerRequest += square;
    squaresPerSquare += square / count;
  }
  const determinant = units * units - sum * inverseSum;
  // Units that are all of one size do not tell the two parts apart, and need not.
  if (determinant > -1e-9 * units * units) return { between: 0, within: squaresPerRequest / units };
  const between = (units * squaresPerSquare - inverseSum * squaresPerRequest) / determinant;
  if (between <= 0) return { between: 0, within: squaresPerRequest / units };
  const within = (squaresPerRequest - between * sum) / units;
  return within < 0 ? { between: squaresPerSquare / units, within: 0 } : { between, within };
}
