import type { Linearized } from './linearized.ts';
import { eventFloor, type FloorOptions, hasFloor } from '../sums/contribution-sums.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments } from '../sums/residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import type { Sample } from '../sums/sample.ts';
import { sampleSums, type SampleSums } from '../sums/sample-sums.ts';

/**
 * A mean over requests, sum(sum) / sum(requests), with a standard error between units.
 * @param options `zeroOne`: every request contributes 0 or 1: the floor of proportions is added. To judge one proportion against
 * a bound, `proportion-bounds.ts` is the sharper tool.
 */
export function ownValue(sample: Sample, options: FloorOptions = {}): Linearized | Uncomputable {
  return ownValueOf(sampleSums(sample, options));
}

/** `ownValue` of units that were added up elsewhere; the floor of proportions is added where their contributions were. */
export function ownValueOf(sums: SampleSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, column } = sums;
  const moments = residualMoments(sums.residuals);
  if (!hasFloor(sums) && isRounding(moments, column.sumOfSquares)) {
    return uncomputable('every unit has the same value');
  }
  const floorVariance = eventFloor(sums);
  return {
    kind: 'linearized',
    value: column.sum / totals.requests,
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
