import { eventFloor, hasFloor } from './proportion-floor.ts';
import { isRounding, ratioVariance, residualMoments } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import type { SampleSums } from './sample-sums.ts';

/** One side of a served comparison: its mean and the cumulants of that mean. */
export interface ServedGroup {
  readonly kind: 'group';
  readonly mean: number;
  /** Squared standard error of the mean, without the floor. */
  readonly variance: number;
  readonly floorVariance: number;
  /** Sums over units of (r_u / n)^2 and (r_u / n)^3. */
  readonly second: number;
  readonly third: number;
  readonly units: number;
  readonly requests: number;
  readonly effectiveUnits: number;
  readonly clusterSize: number;
  /** Effective number of units by their share of the metric's sum instead of the requests. */
  readonly effectiveContributors: number;
}

/** Summarises one side; `side` names it in the reasons. */
export function servedGroup(sums: SampleSums | Uncomputable, side: string): ServedGroup | Uncomputable {
  if (sums.kind === 'uncomputable') return uncomputable(`${side}: ${sums.reason}`);
  const { totals, column } = sums;
  const moments = residualMoments(sums.residuals);
  if (!hasFloor(sums) && isRounding(moments, column.sumOfSquares)) {
    return uncomputable(`${side}: every unit has the same value`);
  }
  return {
    kind: 'group',
    mean: column.sum / totals.requests,
    variance: ratioVariance(moments, totals.units, totals.requests),
    floorVariance: eventFloor(sums),
    second: moments.second / totals.requests ** 2,
    third: moments.third / totals.requests ** 3,
    units: totals.units,
    requests: totals.requests,
    effectiveUnits: totals.effectiveUnits,
    clusterSize: totals.clusterSize,
    effectiveContributors: column.sumOfSquares === 0 ? 0 : (column.sum * column.sum) / column.sumOfSquares,
  };
}

/**
 * Skewness of candidate minus `weight` times baseline: third cumulants of independent groups subtract, variances add.
 * For one group it is the skewness of the units' residuals over the square root of their number.
 */
export function skewnessOfDifference(candidate: ServedGroup, baseline: ServedGroup, weight = 1): number {
  const second = candidate.second + weight * weight * baseline.second;
  return second === 0 ? 0 : (candidate.third - weight ** 3 * baseline.third) / second ** 1.5;
}
