import { designEffect } from './design-effect.ts';
import { proportionFloor } from './proportion-floor.ts';
import { leaveOneOutResiduals } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import { columnTotals, type RequestTotals, requestTotals, type Sample } from './sample.ts';

/** One version's ratio of sums over units that both versions share: requests that count for it, and their sum. */
export interface RatioSide {
  readonly kind: 'side';
  readonly ratio: number;
  readonly totals: RequestTotals;
  /** Leave-one-out residuals per unit over the side's requests: what each unit moves the ratio by. */
  readonly influence: Float64Array;
  readonly floorVariance: number;
  /** Squared sum over the sum of squares: the effective number of units by their share of the sum. */
  readonly effectiveContributors: number;
  readonly sumOfSquares: number;
}

/** Both versions' ratios over the same units, each with its own requests, such as precision: what a version predicted as L. */
export interface RatioPair {
  readonly baseline: Sample;
  readonly candidate: Sample;
}

/** What the two sides of a pair have in common. */
export interface RatioPairSize {
  /** Per unit, the mean of the two sides' requests: what a residual's variance is expected to grow with. */
  readonly requests: Float64Array;
  /** Units with a request on either side. */
  readonly units: number;
  /** Mean of the two sides' requests. */
  readonly mean: number;
}

/** Summarises one side; `name` tells which in the reasons. */
export function ratioSide(sample: Sample, name: string, zeroOne: boolean): RatioSide | Uncomputable {
  const totals = requestTotals(sample.requests);
  if (totals.kind === 'uncomputable') return uncomputable(`${name}: ${totals.reason}`);
  const column = columnTotals(sample.requests, sample.sum);
  if (column.kind === 'uncomputable') return uncomputable(`${name}: ${column.reason}`);
  const ratio = column.sum / totals.requests;
  const residuals = leaveOneOutResiduals(sample.requests, sample.sum, ratio, totals.requests);
  const events = designEffectOf(sample, totals, zeroOne);
  return {
    kind: 'side',
    ratio,
    totals,
    influence: residuals.map((residual) => residual / totals.requests),
    floorVariance: zeroOne ? proportionFloor(events, totals.requests) : 0,
    effectiveContributors: column.sumOfSquares === 0 ? 0 : (column.sum * column.sum) / column.sumOfSquares,
    sumOfSquares: column.sumOfSquares,
  };
}

function designEffectOf(sample: Sample, totals: RequestTotals, zeroOne: boolean): number {
  return zeroOne ? designEffect(sample.requests, sample.sum, sample.sum, totals) : 1;
}

/** Counts the units of a pair. */
export function ratioPairSize({ baseline, candidate }: RatioPair): RatioPairSize {
  if (baseline.requests.length !== candidate.requests.length) {
    throw new RangeError('The two sides of a pair have the same units.');
  }
  const requests = baseline.requests.map((count, unit) => (count + (candidate.requests[unit] ?? Number.NaN)) / 2);
  let units = 0;
  let mean = 0;
  for (const count of requests) {
    if (count > 0) units += 1;
    mean += count;
  }
  return { requests, units, mean };
}
