import type { Linearized } from './linearized.ts';
import { designEffect } from './design-effect.ts';
import { proportionFloor } from './proportion-floor.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments, leaveOneOutResiduals } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import { columnTotals, type PairedSample, requestTotals } from './sample.ts';

/**
 * Candidate over baseline minus one on the same requests, sum(candidate) / sum(baseline) - 1, linearised as a ratio of sums
 * whose denominator is the baseline. The baseline's own concentration counts: a ratio whose denominator rests on
 * three units with an event has no usable linearisation, so the effective units are the fewer of the two.
 * @param zeroOne every request contributes 0 or 1 on each side: the floor of proportions is added, at the baseline's rate.
 */
export function pairedRelativeDifference(sample: PairedSample, { zeroOne = false } = {}): Linearized | Uncomputable {
  const totals = requestTotals(sample.requests);
  if (totals.kind === 'uncomputable') return totals;
  const baseline = columnTotals(sample.requests, sample.baseline);
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = columnTotals(sample.requests, sample.candidate);
  if (candidate.kind === 'uncomputable') return candidate;
  if (!(baseline.sum > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');
  if (sample.baseline.some((sum) => sum === baseline.sum)) {
    return uncomputable('one unit makes up the whole of the baseline');
  }

  const ratio = candidate.sum / baseline.sum;
  const residuals = leaveOneOutResiduals(sample.baseline, sample.candidate, ratio, baseline.sum);
  const moments = residualMoments(residuals, sample.requests);
  if (!zeroOne && isRounding(moments, baseline.sumOfSquares * ratio * ratio + candidate.sumOfSquares)) {
    return uncomputable('every unit has the same relative difference');
  }
  const baselineMean = baseline.sum / totals.requests;
  const difference = sample.candidate.map((sum, unit) => sum - (sample.baseline[unit] ?? Number.NaN));
  const floorVariance = zeroOne
    ? proportionFloor(designEffect(sample.requests, difference, difference.map(Math.abs), totals), totals.requests) /
      baselineMean ** 2
    : 0;
  return {
    kind: 'linearized',
    value: ratio - 1,
    baseline: baselineMean,
    candidate: candidate.sum / totals.requests,
    standardError: Math.sqrt(ratioVariance(moments, totals.units, baseline.sum) + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units: totals.units,
    requests: totals.requests,
    effectiveUnits: Math.min(totals.effectiveUnits, (baseline.sum * baseline.sum) / baseline.sumOfSquares),
    clusterSize: totals.clusterSize,
    counted: { units: totals.units, requests: totals.requests },
  };
}
