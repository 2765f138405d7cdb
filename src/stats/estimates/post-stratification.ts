import { effectiveUnits, requestWeightedClusterSize } from '../sums/cluster-size.ts';
import { type Linearized, smallerSide } from './linearized.ts';
import { type FloorOptions, proportionFloor } from '../sums/contribution-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import type { SegmentTotals, StratifiedSides, StratifiedSums } from '../sums/stratified-sums.ts';

/** A served difference as it would be with the same mix of segments on both sides. */
export interface PostStratified {
  readonly kind: 'post-stratified';
  readonly difference: Linearized;
  /** Share of all requests in segments that both sides have from at least two units; the others could not be compared. */
  readonly covered: number;
  /** The difference without regard to segments. */
  readonly plainDifference: number;
  /** The mix of segments turns the sign: the two differences point in opposite directions. */
  readonly changesSign: boolean;
}

/**
 * Candidate minus baseline, segment by segment, weighted with the segments' share of both sides' requests:
 * sum_s w_s (theta_cs - theta_bs) (Holt and Smith 1979, Post stratification; Miratrix, Sekhon and Yu 2013). The weights are taken as known.
 * A unit's rows are added up before squaring, since one unit may be active in several segments.
 * Each side gets the floor of proportions where every request contributes 0 or 1, and that of a range where the values have one.
 */
export function postStratifiedDifference(sides: StratifiedSides | Uncomputable): PostStratified | Uncomputable {
  if (sides.kind === 'uncomputable') return sides;
  const { baseline, candidate, floor } = sides;
  const { weight, covered } = sides.strata;
  const left = sizeAndVariance(baseline.sums);
  const right = sizeAndVariance(candidate.sums);
  const floorVariance = floorOf(left, floor) + floorOf(right, floor);
  const variance = left.variance + right.variance + floorVariance;
  if (!Number.isFinite(variance)) return uncomputable('a value is not finite');
  if (variance === 0) return uncomputable('every user has the same value');
  const means = { baseline: weightedMean(baseline.totals, weight), candidate: weightedMean(candidate.totals, weight) };
  const value = means.candidate - means.baseline;
  const plainDifference = plainMean(candidate.totals) - plainMean(baseline.totals);
  return {
    kind: 'post-stratified',
    difference: {
      kind: 'linearized',
      value,
      ...means,
      standardError: Math.sqrt(variance),
      floorVariance,
      skewness: (candidate.sums.third - baseline.sums.third) / variance ** 1.5,
      units: left.units + right.units,
      requests: left.requests + right.requests,
      effectiveUnits: Math.min(left.effectiveUnits, right.effectiveUnits),
      clusterSize: Math.max(left.clusterSize, right.clusterSize),
      counted: smallerSide(left, right),
    },
    covered,
    plainDifference,
    changesSign: value * plainDifference < 0,
  };
}

function sizeAndVariance({ second, units, requests, requestSquares }: StratifiedSums) {
  const counts = { sum: requests, sumOfSquares: requestSquares };
  return {
    variance: ((units - 1) / units) * second,
    units,
    requests,
    effectiveUnits: effectiveUnits(counts),
    clusterSize: requestWeightedClusterSize(counts),
  };
}

function weightedMean({ requests, sum }: SegmentTotals, weight: Float64Array): number {
  let mean = 0;
  for (const [segment, own] of weight.entries()) {
    if (own > 0) mean += (own * (sum[segment] ?? 0)) / (requests[segment] ?? 0);
  }
  return mean;
}

function plainMean({ requests, sum }: SegmentTotals): number {
  return totalOf(sum) / totalOf(requests);
}

function totalOf(column: Float64Array): number {
  return column.reduce((all, own) => all + own, 0);
}

function floorOf(
  side: { readonly clusterSize: number; readonly requests: number },
  { zeroOne = false, range = 0 }: FloorOptions,
): number {
  return proportionFloor(side.clusterSize, side.requests) * (zeroOne ? 1 : range * range);
}
