import { type CountSums, effectiveUnits, requestWeightedClusterSize } from './cluster-size.ts';
import { type Uncomputable, uncomputable } from '../result.ts';

/** One sample: requests and the sum of the metric per unit, in the same order. A unit without requests has the sum 0 and does not count. */
export interface Sample {
  readonly requests: Float64Array;
  readonly sum: Float64Array;
}

/** Both versions' sums over the same requests of the same units. */
export interface PairedSample {
  readonly requests: Float64Array;
  readonly baseline: Float64Array;
  readonly candidate: Float64Array;
}

/** What one column of per-unit numbers adds up to. */
export interface ColumnTotals {
  readonly kind: 'column';
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Sum of the numbers without their signs. */
  readonly sumOfSizes: number;
  /** The largest unit's, without its sign. */
  readonly largest: number;
}

/** What a sample's requests add up to. */
export interface RequestTotals {
  readonly kind: 'totals';
  readonly units: number;
  readonly requests: number;
  /** Requests of the unit that has the most. */
  readonly largest: number;
  readonly effectiveUnits: number;
  readonly clusterSize: number;
}

/**
 * Below it no residual's cube overflows: without its unit a residual is at most 2^53 times the largest value, as requests are counted at most so far,
 * and (2^53 * 1e80)^3 is below 1e288.
 */
const largestSumOfSquares = 1e160;

/** What counts of requests add up to, over the units that have any. */
export interface RequestSums extends CountSums {
  readonly units: number;
  readonly largest: number;
}

/** Adds up the requests, or says why the sample cannot be used. */
export function requestTotals(requests: Float64Array): RequestTotals | Uncomputable {
  let units = 0;
  let sum = 0;
  let sumOfSquares = 0;
  let largest = 0;
  for (const count of requests) {
    if (!(count >= 0 && Number.isInteger(count)))
      return uncomputable("a user's number of requests is not a whole number");
    if (count === 0) continue;
    units += 1;
    sum += count;
    sumOfSquares += count * count;
    if (count > largest) largest = count;
  }
  return requestTotalsOf({ units, sum, sumOfSquares, largest });
}

/** What requests add up to, or why the sample cannot be used. */
export function requestTotalsOf(sums: RequestSums): RequestTotals | Uncomputable {
  const { units, sum, largest } = sums;
  if (units === 0) return uncomputable('there are no requests');
  if (!(sum <= Number.MAX_SAFE_INTEGER)) return uncomputable('the number of requests is not one that can be counted');
  if (largest >= sum) return uncomputable('one user made all the requests');
  return {
    kind: 'totals',
    units,
    requests: sum,
    largest,
    effectiveUnits: effectiveUnits(sums),
    clusterSize: requestWeightedClusterSize(sums),
  };
}

/** Adds up a column, or says that a number in it is not finite or belongs to a unit without requests. */
export function columnTotals(requests: Float64Array, column: Float64Array): ColumnTotals | Uncomputable {
  if (column.length !== requests.length) throw new RangeError('A sample has one number per unit in every column.');
  let sum = 0;
  let sumOfSquares = 0;
  let sumOfSizes = 0;
  let largest = 0;
  for (let unit = 0; unit < column.length; unit += 1) {
    const value = column[unit] ?? Number.NaN;
    if (requests[unit] === 0 && value !== 0) return uncomputable('a user without requests has a value');
    sum += value;
    sumOfSquares += value * value;
    sumOfSizes += Math.abs(value);
    if (Math.abs(value) > largest) largest = Math.abs(value);
  }
  return columnTotalsOf({ sum, sumOfSquares, sumOfSizes, largest });
}

/** What a column adds up to, or why it cannot be computed with. */
export function columnTotalsOf(sums: Omit<ColumnTotals, 'kind'>): ColumnTotals | Uncomputable {
  if (!Number.isFinite(sums.sumOfSquares)) return uncomputable('a value is not finite');
  if (sums.sumOfSquares > largestSumOfSquares) return uncomputable('a value is too large to compute with');
  return { kind: 'column', ...sums };
}
