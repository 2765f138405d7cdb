/** Below this many effective units on either side there is no interval. */
export const fewestEffectiveUnits = 30;

/** What counts of requests add up to over units. */
export interface CountSums {
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Adds up requests per unit, none negative. */
export function countSums(requests: Float64Array): CountSums {
  let sum = 0;
  let sumOfSquares = 0;
  for (const count of requests) {
    sum += count;
    sumOfSquares += count * count;
  }
  return { sum, sumOfSquares };
}

/**
 * How many units a sample is worth, (sum n_u)^2 / sum n_u^2: the number of equally heavy units with the same
 * concentration (Kish 1965, Survey Sampling, section 11.7).
 * @returns between 1 and the number of units with requests; 0 for a sample without requests.
 */
export function effectiveUnits({ sum, sumOfSquares }: CountSums): number {
  return sumOfSquares === 0 ? 0 : (sum * sum) / sumOfSquares;
}

/**
 * Mean size of the cluster that a randomly drawn request belongs to, sum n_u^2 / sum n_u: what one request more or less
 * can bring with it when requests of a unit agree entirely.
 * @returns at least 1 where every unit has a whole number of requests; 0 for a sample without requests.
 */
export function requestWeightedClusterSize({ sum, sumOfSquares }: CountSums): number {
  return sum === 0 ? 0 : sumOfSquares / sum;
}
