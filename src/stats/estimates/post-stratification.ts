import { effectiveUnits, requestWeightedClusterSize } from '../sums/cluster-size.ts';
import { type Linearized, smallerSide } from './linearized.ts';
import { proportionFloor } from '../sums/contribution-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';

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

/** What one side has in each segment, in the same order on both sides. */
export interface SegmentTotals {
  readonly requests: Float64Array;
  readonly sum: Float64Array;
  /** Requests of the unit that has the most. */
  readonly largest: Float64Array;
}

/** How much each segment counts, and the side's mean in it; a segment that cannot be compared has weight 0. */
export interface Strata {
  readonly kind: 'strata';
  readonly weight: Float64Array;
  /** Share of all requests in segments with a weight. */
  readonly covered: number;
}

/** What a side's units add up to over the segments that are compared. */
export interface StratifiedSums {
  /** Sums of the squares and cubes of what each unit moves the weighted mean by. */
  readonly second: number;
  readonly third: number;
  readonly units: number;
  readonly requests: number;
  readonly requestSquares: number;
}

/** Weighs each segment with its share of both sides' requests. */
export function strataOf(baseline: SegmentTotals, candidate: SegmentTotals): Strata | Uncomputable {
  const both = baseline.requests.map((count, segment) => count + (candidate.requests[segment] ?? 0));
  const isComparable = (segment: number) => hasSpread(baseline, segment) && hasSpread(candidate, segment);
  let shared = 0;
  let all = 0;
  for (const [segment, requests] of both.entries()) {
    all += requests;
    if (isComparable(segment)) shared += requests;
  }
  if (shared === 0) return uncomputable('no segment has at least two units on both sides');
  const weight = both.map((requests, segment) => (isComparable(segment) ? requests / shared : 0));
  return { kind: 'strata', weight, covered: shared / all };
}

/** One side of a comparison by segments. */
export interface StratifiedSide {
  readonly totals: SegmentTotals;
  readonly sums: StratifiedSums;
}

/**
 * Candidate minus baseline, segment by segment, weighted with the segments' share of both sides' requests:
 * sum_s w_s (theta_cs - theta_bs) (Holt and Smith 1979, Post stratification; Miratrix, Sekhon and Yu 2013). The weights are taken as known.
 * A unit's rows are added up before squaring, since one unit may be active in several segments.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions.
 */
export function postStratifiedDifferenceOf(
  baseline: StratifiedSide,
  candidate: StratifiedSide,
  { weight, covered }: Strata,
  zeroOne: boolean,
): PostStratified | Uncomputable {
  const left = sizeAndVariance(baseline.sums);
  const right = sizeAndVariance(candidate.sums);
  const floorVariance = zeroOne ? floorOf(left) + floorOf(right) : 0;
  const variance = left.variance + right.variance + floorVariance;
  if (!Number.isFinite(variance)) return uncomputable('a value is not finite');
  if (variance === 0) return uncomputable('every unit has the same value');
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

/** Where one unit makes up the whole segment, or nobody does, the spread is unknown. */
function hasSpread({ requests, largest }: SegmentTotals, segment: number): boolean {
  return (largest[segment] ?? 0) < (requests[segment] ?? 0);
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

function floorOf(side: { readonly clusterSize: number; readonly requests: number }): number {
  return proportionFloor(side.clusterSize, side.requests);
}

/** One side of a served comparison in long form: one row per unit and segment that the unit has requests in. */
export interface SegmentedSample {
  /** Index of the unit, from 0; a unit may have rows in several segments. */
  readonly unit: Int32Array;
  /** Index of the segment, from 0, the same on both sides. */
  readonly segment: Int32Array;
  readonly requests: Float64Array;
  readonly sum: Float64Array;
}

/**
 * `postStratifiedDifferenceOf` of units that are in memory.
 * @param segments number of segments.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions.
 */
export function postStratifiedDifference(
  baseline: SegmentedSample,
  candidate: SegmentedSample,
  segments: number,
  { zeroOne = false } = {},
): PostStratified | Uncomputable {
  const [left, right] = [segmentTotals(baseline, segments), segmentTotals(candidate, segments)];
  const strata = strataOf(left, right);
  if (strata.kind === 'uncomputable') return strata;
  return postStratifiedDifferenceOf(
    { totals: left, sums: stratifiedSums(baseline, left, strata.weight) },
    { totals: right, sums: stratifiedSums(candidate, right, strata.weight) },
    strata,
    zeroOne,
  );
}

function segmentTotals(sample: SegmentedSample, segments: number): SegmentTotals {
  const requests = new Float64Array(segments);
  const sum = new Float64Array(segments);
  const largest = new Float64Array(segments);
  for (let row = 0; row < sample.segment.length; row += 1) {
    const segment = sample.segment[row] ?? 0;
    requests[segment] = (requests[segment] ?? 0) + (sample.requests[row] ?? 0);
    sum[segment] = (sum[segment] ?? 0) + (sample.sum[row] ?? 0);
    largest[segment] = Math.max(largest[segment] ?? 0, sample.requests[row] ?? 0);
  }
  return { requests, sum, largest };
}

function stratifiedSums(sample: SegmentedSample, totals: SegmentTotals, weight: Float64Array): StratifiedSums {
  const unitCount = sample.unit.reduce((most, unit) => Math.max(most, unit + 1), 0);
  const contribution = new Float64Array(unitCount);
  const unitRequests = new Float64Array(unitCount);
  for (let row = 0; row < sample.unit.length; row += 1) {
    const [unit, segment] = [sample.unit[row] ?? 0, sample.segment[row] ?? 0];
    const [requests, sum] = [sample.requests[row] ?? 0, sample.sum[row] ?? 0];
    const segmentWeight = weight[segment] ?? 0;
    if (segmentWeight === 0 || requests === 0) continue;
    const segmentRequests = totals.requests[segment] ?? 0;
    const mean = (totals.sum[segment] ?? 0) / segmentRequests;
    const residual = (sum - mean * requests) / (1 - requests / segmentRequests);
    contribution[unit] = (contribution[unit] ?? 0) + (segmentWeight * residual) / segmentRequests;
    unitRequests[unit] = (unitRequests[unit] ?? 0) + requests;
  }
  let [second, third, units, requests, requestSquares] = [0, 0, 0, 0, 0];
  for (let unit = 0; unit < unitCount; unit += 1) {
    const [moved, own] = [contribution[unit] ?? 0, unitRequests[unit] ?? 0];
    second += moved * moved;
    third += moved * moved * moved;
    requests += own;
    requestSquares += own * own;
    if (own > 0) units += 1;
  }
  return { second, third, units, requests, requestSquares };
}
