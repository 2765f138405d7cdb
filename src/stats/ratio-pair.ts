import type { RatioSide, RatioSides } from './ratio-side.ts';
import { leaveOneOutResiduals, residualSums, type ResidualSums } from './residual-sums.ts';
import type { Sample } from './sample.ts';

/** Both versions' units, each version with its own requests, such as precision: what a version predicted as L. */
export interface RatioPair {
  readonly baseline: Sample;
  readonly candidate: Sample;
}

/** What the units of a pair of ratios add up to. */
export interface RatioPairSums {
  /** Units with a request on either side. */
  readonly units: number;
  /** Mean of the two sides' requests. */
  readonly requests: number;
  /**
   * Of what each unit moves candidate minus weighted baseline by, times those requests, so that the moments are those of other paired
   * estimates; a unit's requests are the mean of its two sides', which is what the variance is expected to grow with.
   */
  readonly residuals: ResidualSums;
}

/**
 * Adds up the residuals of a pair.
 * @param weight what the baseline's influence is multiplied by before it is subtracted: 1 for a difference.
 */
export function ratioPairSums(pair: RatioPair, sides: RatioSides, weight: number): RatioPairSums {
  if (pair.baseline.requests.length !== pair.candidate.requests.length) {
    throw new RangeError('The two sides of a pair have the same units.');
  }
  const counts = pair.baseline.requests.map((count, unit) => (count + (pair.candidate.requests[unit] ?? 0)) / 2);
  let units = 0;
  let requests = 0;
  for (const count of counts) {
    if (count > 0) units += 1;
    requests += count;
  }
  const baseline = influence(pair.baseline, sides.baseline);
  const residuals = influence(pair.candidate, sides.candidate).map(
    (moved, unit) => (moved - weight * (baseline[unit] ?? Number.NaN)) * requests,
  );
  return { units, requests, residuals: residualSums(residuals, counts) };
}

/** Leave-one-out residuals per unit over the side's requests: what each unit moves the ratio by. */
function influence({ requests, sum }: Sample, { ratio, totals }: RatioSide): Float64Array {
  return leaveOneOutResiduals(requests, sum, ratio, totals.requests).map((residual) => residual / totals.requests);
}
