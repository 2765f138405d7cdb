import type { ResidualMoments } from './moments.ts';
import type { ResidualSums } from './residual-sums.ts';

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
