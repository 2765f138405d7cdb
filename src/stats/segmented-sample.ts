import {
  type PostStratified,
  postStratifiedDifferenceOf,
  type SegmentTotals,
  strataOf,
  type StratifiedSums,
} from './post-stratification.ts';
import type { Uncomputable } from './result.ts';

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
