import type { Linearized } from './linearized.ts';
import { designEffect } from './design-effect.ts';
import { proportionFloor } from './proportion-floor.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments, leaveOneOutResiduals } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import { columnTotals, requestTotals, type Sample } from './sample.ts';

/**
 * A mean over requests, sum(sum) / sum(requests), with a standard error between units.
 * @param zeroOne every request contributes 0 or 1: the floor of proportions is added. To judge one proportion against
 * a bound, `proportion-bounds.ts` is the sharper tool.
 */
export function ownValue(sample: Sample, { zeroOne = false } = {}): Linearized | Uncomputable {
  const totals = requestTotals(sample.requests);
  if (totals.kind === 'uncomputable') return totals;
  const column = columnTotals(sample.requests, sample.sum);
  if (column.kind === 'uncomputable') return column;
  const value = column.sum / totals.requests;
  const residuals = leaveOneOutResiduals(sample.requests, sample.sum, value, totals.requests);
  const moments = residualMoments(residuals, sample.requests);
  if (!zeroOne && isRounding(moments, column.sumOfSquares)) return uncomputable('every unit has the same value');
  const floorVariance = zeroOne
    ? proportionFloor(designEffect(sample.requests, sample.sum, sample.sum, totals), totals.requests)
    : 0;
  return {
    kind: 'linearized',
    value,
    standardError: Math.sqrt(ratioVariance(moments, totals.units, totals.requests) + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units: totals.units,
    requests: totals.requests,
    effectiveUnits: totals.effectiveUnits,
    clusterSize: totals.clusterSize,
    counted: { units: totals.units, requests: totals.requests },
  };
}
