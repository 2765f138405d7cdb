import type { FloorOptions } from './contribution-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';

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
  if (shared === 0) return uncomputable('no segment has at least two users on both sides');
  const weight = both.map((requests, segment) => (isComparable(segment) ? requests / shared : 0));
  return { kind: 'strata', weight, covered: shared / all };
}

/** One side of a comparison by segments. */
export interface StratifiedSide {
  readonly totals: SegmentTotals;
  readonly sums: StratifiedSums;
}

/** Both sides of a comparison by segments. */
export interface StratifiedSides {
  readonly kind: 'stratified';
  readonly baseline: StratifiedSide;
  readonly candidate: StratifiedSide;
  readonly strata: Strata;
  /** What floor each side gets. */
  readonly floor: FloorOptions;
}

/** Where one unit makes up the whole segment, or nobody does, the spread is unknown. */
function hasSpread({ requests, largest }: SegmentTotals, segment: number): boolean {
  return (largest[segment] ?? 0) < (requests[segment] ?? 0);
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
 * Adds up both sides in memory.
 * @param segments number of segments.
 */
export function stratifiedSides(
  baseline: SegmentedSample,
  candidate: SegmentedSample,
  segments: number,
  floor: FloorOptions = {},
): StratifiedSides | Uncomputable {
  const [left, right] = [segmentTotals(baseline, segments), segmentTotals(candidate, segments)];
  const strata = strataOf(left, right);
  if (strata.kind === 'uncomputable') return strata;
  return {
    kind: 'stratified',
    baseline: { totals: left, sums: stratifiedSums(baseline, left, strata.weight) },
    candidate: { totals: right, sums: stratifiedSums(candidate, right, strata.weight) },
    strata,
    floor,
  };
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
