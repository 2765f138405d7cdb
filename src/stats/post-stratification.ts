import { type Linearized, smallerSide } from './linearized.ts';
import { proportionFloor } from './proportion-floor.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import { effectiveUnits, requestWeightedClusterSize } from './cluster-size.ts';

/** One side of a served comparison in long form: one row per unit and segment that the unit has requests in. */
export interface SegmentedSample {
  /** Index of the unit, from 0; a unit may have rows in several segments. */
  readonly unit: Int32Array;
  /** Index of the segment, from 0, the same on both sides. */
  readonly segment: Int32Array;
  readonly requests: Float64Array;
  readonly sum: Float64Array;
}

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

interface SegmentTotals {
  readonly requests: Float64Array;
  readonly mean: Float64Array;
  /** Whether one unit makes up the whole segment, or nobody does; its spread is then unknown. */
  readonly single: readonly boolean[];
  readonly plainMean: number;
}

/**
 * Candidate minus baseline, segment by segment, weighted with the segments' share of both sides' requests:
 * sum_s w_s (theta_cs - theta_bs) (Holt and Smith 1979, Post stratification; Miratrix, Sekhon and Yu 2013). The weights are taken as known.
 * A unit's rows are added up before squaring, since one unit may be active in several segments.
 * @param segments number of segments.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions.
 */
export function postStratifiedDifference(
  baseline: SegmentedSample,
  candidate: SegmentedSample,
  segments: number,
  { zeroOne = false } = {},
): PostStratified | Uncomputable {
  const left = segmentTotals(baseline, segments);
  const right = segmentTotals(candidate, segments);
  let shared = 0;
  let all = 0;
  for (let segment = 0; segment < segments; segment += 1) {
    const [onLeft, onRight] = [left.requests[segment] ?? 0, right.requests[segment] ?? 0];
    all += onLeft + onRight;
    if (left.single[segment] === false && right.single[segment] === false) shared += onLeft + onRight;
  }
  if (shared === 0) return uncomputable('no segment has at least two units on both sides');
  const weight = left.requests.map((count, segment) => {
    const comparable = left.single[segment] === false && right.single[segment] === false;
    return comparable ? (count + (right.requests[segment] ?? 0)) / shared : 0;
  });
  const baselineSide = stratifiedSide(baseline, left, weight);
  const candidateSide = stratifiedSide(candidate, right, weight);
  const floorVariance = zeroOne ? floorOf(baselineSide) + floorOf(candidateSide) : 0;
  const variance = baselineSide.variance + candidateSide.variance + floorVariance;
  if (!Number.isFinite(variance)) return uncomputable('a value is not finite');
  if (variance === 0) return uncomputable('every unit has the same value');
  const value = candidateSide.mean - baselineSide.mean;
  const plainDifference = right.plainMean - left.plainMean;
  return {
    kind: 'post-stratified',
    difference: {
      kind: 'linearized',
      value,
      baseline: baselineSide.mean,
      candidate: candidateSide.mean,
      standardError: Math.sqrt(variance),
      floorVariance,
      skewness: (candidateSide.third - baselineSide.third) / variance ** 1.5,
      units: baselineSide.units + candidateSide.units,
      requests: baselineSide.requests + candidateSide.requests,
      effectiveUnits: Math.min(baselineSide.effectiveUnits, candidateSide.effectiveUnits),
      clusterSize: Math.max(baselineSide.clusterSize, candidateSide.clusterSize),
      counted: smallerSide(baselineSide, candidateSide),
    },
    covered: shared / all,
    plainDifference,
    changesSign: value * plainDifference < 0,
  };
}

function floorOf(side: { readonly clusterSize: number; readonly requests: number }): number {
  return proportionFloor(side.clusterSize, side.requests);
}

function segmentTotals(sample: SegmentedSample, segments: number): SegmentTotals {
  const requests = new Float64Array(segments);
  const sums = new Float64Array(segments);
  const largest = new Float64Array(segments);
  let allRequests = 0;
  let allSums = 0;
  for (let row = 0; row < sample.segment.length; row += 1) {
    const segment = sample.segment[row] ?? 0;
    requests[segment] = (requests[segment] ?? 0) + (sample.requests[row] ?? 0);
    sums[segment] = (sums[segment] ?? 0) + (sample.sum[row] ?? 0);
    largest[segment] = Math.max(largest[segment] ?? 0, sample.requests[row] ?? 0);
    allRequests += sample.requests[row] ?? 0;
    allSums += sample.sum[row] ?? 0;
  }
  const mean = sums.map((sum, segment) => sum / (requests[segment] ?? 0));
  const single = Array.from(requests, (count, segment) => (largest[segment] ?? 0) >= count);
  return { requests, mean, single, plainMean: allSums / allRequests };
}

function stratifiedSide(sample: SegmentedSample, totals: SegmentTotals, weight: Float64Array) {
  const unitCount = sample.unit.reduce((most, unit) => Math.max(most, unit + 1), 0);
  const contribution = new Float64Array(unitCount);
  const unitRequests = new Float64Array(unitCount);
  for (let row = 0; row < sample.unit.length; row += 1) {
    const [unit, segment] = [sample.unit[row] ?? 0, sample.segment[row] ?? 0];
    const [requests, sum] = [sample.requests[row] ?? 0, sample.sum[row] ?? 0];
    const segmentWeight = weight[segment] ?? 0;
    if (segmentWeight === 0 || requests === 0) continue;
    const segmentRequests = totals.requests[segment] ?? 0;
    const residual = (sum - (totals.mean[segment] ?? 0) * requests) / (1 - requests / segmentRequests);
    contribution[unit] = (contribution[unit] ?? 0) + (segmentWeight * residual) / segmentRequests;
    unitRequests[unit] = (unitRequests[unit] ?? 0) + requests;
  }
  let [second, third, units, requests] = [0, 0, 0, 0];
  for (let unit = 0; unit < unitCount; unit += 1) {
    const own = contribution[unit] ?? 0;
    second += own * own;
    third += own * own * own;
    requests += unitRequests[unit] ?? 0;
    if ((unitRequests[unit] ?? 0) > 0) units += 1;
  }
  const mean = totals.mean.reduce((sum, own, segment) => {
    const segmentWeight = weight[segment] ?? 0;
    return segmentWeight === 0 ? sum : sum + segmentWeight * own;
  }, 0);
  const sizes = {
    effectiveUnits: effectiveUnits(unitRequests),
    clusterSize: requestWeightedClusterSize(unitRequests),
  };
  return { mean, variance: ((units - 1) / units) * second, third, units, requests, ...sizes };
}
