import type { Linearized } from './linearized.ts';
import { designEffect } from './design-effect.ts';
import { proportionFloor } from './proportion-floor.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments, leaveOneOutResiduals } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import { columnTotals, type PairedSample, requestTotals } from './sample.ts';

/**
 * Candidate minus baseline over the same requests, sum(candidate - baseline) / sum(requests), with a standard error between units.
 * @param zeroOne every request contributes 0 or 1 on each side: the floor of proportions is added.
 */
export function pairedDifference(sample: PairedSample, { zeroOne = false } = {}): Linearized | Uncomputable {
  const totals = requestTotals(sample.requests);
  if (totals.kind === 'uncomputable') return totals;
  const baseline = columnTotals(sample.requests, sample.baseline);
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = columnTotals(sample.requests, sample.candidate);
  if (candidate.kind === 'uncomputable') return candidate;

  const difference = sample.candidate.map((sum, unit) => sum - (sample.baseline[unit] ?? Number.NaN));
  let differenceSum = 0;
  for (const unitDifference of difference) differenceSum += unitDifference;
  const value = differenceSum / totals.requests;
  const residuals = leaveOneOutResiduals(sample.requests, difference, value, totals.requests);
  const moments = residualMoments(residuals, sample.requests);
  if (!zeroOne && isRounding(moments, baseline.sumOfSquares + candidate.sumOfSquares)) {
    return uncomputable('every unit has the same difference');
  }
  const floorVariance = zeroOne
    ? proportionFloor(designEffect(sample.requests, difference, difference.map(Math.abs), totals), totals.requests)
    : 0;
  return {
    kind: 'linearized',
    value,
    baseline: baseline.sum / totals.requests,
    candidate: candidate.sum / totals.requests,
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
