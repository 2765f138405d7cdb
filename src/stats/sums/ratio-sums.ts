import { eventFloor, type FloorOptions } from './contribution-sums.ts';
import type { ComparedQuantity } from './paired-sums.ts';
import { leaveOneOutResiduals, residualSums, type ResidualSums } from './residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import type { ColumnTotals, RequestTotals, Sample } from './sample.ts';
import { sideSums, type SideSums } from './sample-sums.ts';

/** What a bound on a comparison of two ratios, each with its own denominator, needs to know of the units. */
export interface RatioSums {
  readonly kind: 'ratios';
  readonly sides: RatioSides;
  /** What the baseline's influence is multiplied by before it is subtracted: 1 for a difference. */
  readonly weight: number;
  readonly pair: RatioPairSums;
  /** Whether every request contributes 0 or 1: each side has the floor of proportions. */
  readonly zeroOne: boolean;
}

/** Adds up a pair of ratios in memory. */
export function ratioSums(
  pair: RatioPair,
  quantity: WeightedQuantity,
  { zeroOne = false, range }: FloorOptions = {},
): RatioSums | Uncomputable {
  const sides = ratioSides(sideSums(pair.baseline, { zeroOne, range }), sideSums(pair.candidate, { zeroOne, range }));
  if (sides.kind === 'uncomputable') return sides;
  const weight = ratioWeight(sides, quantity);
  if (typeof weight !== 'number') return weight;
  return { kind: 'ratios', sides, weight, pair: ratioPairSums(pair, sides, weight), zeroOne };
}

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
function ratioPairSums(pair: RatioPair, sides: RatioSides, weight: number): RatioPairSums {
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

/** One version's ratio of sums over units that both versions share: requests that count for it, and their sum. */
export interface RatioSide {
  readonly kind: 'side';
  readonly ratio: number;
  readonly totals: RequestTotals;
  readonly floorVariance: number;
  /** Squared sum over the sum of squares: the effective number of units by their share of the sum. */
  readonly effectiveContributors: number;
  readonly column: ColumnTotals;
}

/** Both versions' ratios over the same units. */
export interface RatioSides {
  readonly kind: 'sides';
  readonly baseline: RatioSide;
  readonly candidate: RatioSide;
}

/** Summarises both sides, or says which cannot be used. */
export function ratioSides(
  baselineSums: SideSums | Uncomputable,
  candidateSums: SideSums | Uncomputable,
): RatioSides | Uncomputable {
  const baseline = ratioSide(baselineSums, 'baseline');
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = ratioSide(candidateSums, 'candidate');
  return candidate.kind === 'uncomputable' ? candidate : { kind: 'sides', baseline, candidate };
}

/** Of ratios, or of the roots of means of squares. */
export type WeightedQuantity = ComparedQuantity | 'difference-of-roots';

/** What the baseline's influence is multiplied by before it is subtracted, so that the quantity is linear. */
export function ratioWeight({ baseline, candidate }: RatioSides, quantity: WeightedQuantity): number | Uncomputable {
  if (quantity === 'difference') return 1;
  if (quantity === 'difference-of-roots') return rootForWeight(candidate.ratio) / rootForWeight(baseline.ratio);
  return baseline.ratio > 0
    ? candidate.ratio / baseline.ratio
    : uncomputable('the baseline is not above zero, so nothing is relative to it');
}

/** The root of a mean of squares. Squares that are all 0 do not vary, so that 1 does as well there, and leaves the others as they are. */
export function rootForWeight(meanOfSquares: number): number {
  return meanOfSquares > 0 ? Math.sqrt(meanOfSquares) : 1;
}

function ratioSide(sums: SideSums | Uncomputable, name: string): RatioSide | Uncomputable {
  if (sums.kind === 'uncomputable') return uncomputable(`${name}: ${sums.reason}`);
  const { totals, column } = sums;
  return {
    kind: 'side',
    ratio: column.sum / totals.requests,
    totals,
    floorVariance: eventFloor(sums),
    effectiveContributors: column.sumOfSquares === 0 ? 0 : (column.sum * column.sum) / column.sumOfSquares,
    column,
  };
}
