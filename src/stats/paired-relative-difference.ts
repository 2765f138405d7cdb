import type { Linearized } from './linearized.ts';
import { pairedRelativeSums, type PairedSums } from './paired-sums.ts';
import { eventFloor, type FloorOptions, hasFloor } from './proportion-floor.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import type { PairedSample } from './sample.ts';

/**
 * Candidate over baseline minus one on the same requests, sum(candidate) / sum(baseline) - 1, linearised as a ratio of sums
 * whose denominator is the baseline. The baseline's own concentration counts: a ratio whose denominator rests on
 * three units with an event has no usable linearisation, so the effective units are the fewer of the two.
 * @param options `zeroOne`: every request contributes 0 or 1 on each side: the floor of proportions is added, at the baseline's rate.
 */
export function pairedRelativeDifference(sample: PairedSample, options: FloorOptions = {}): Linearized | Uncomputable {
  return pairedRelativeDifferenceOf(pairedRelativeSums(sample, options));
}

/** `pairedRelativeDifference` of units that were added up elsewhere, with the residuals of the ratio. */
export function pairedRelativeDifferenceOf(sums: PairedSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, baseline, candidate } = sums;
  const ratio = candidate.sum / baseline.sum;
  const moments = residualMoments(sums.residuals);
  const magnitude = baseline.sumOfSquares * ratio * ratio + candidate.sumOfSquares;
  if (!hasFloor(sums) && isRounding(moments, magnitude)) {
    return uncomputable('every unit has the same relative difference');
  }
  const baselineMean = baseline.sum / totals.requests;
  const floorVariance = eventFloor(sums) / baselineMean ** 2;
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
