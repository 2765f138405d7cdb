import { type Linearized, meanOfUnits } from './linearized.ts';
import { eventFloor, hasFloor } from '../sums/contribution-sums.ts';
import type { PairedSums } from '../sums/paired-sums.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments } from '../sums/residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';

/**
 * Candidate minus baseline over the same requests, sum(candidate - baseline) / sum(requests), with a standard error between units.
 * @param sums with the residuals of the difference; where they have contributions, the floor of proportions is added.
 */
export function pairedDifference(sums: PairedSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, baseline, candidate } = sums;
  const moments = residualMoments(sums.residuals);
  if (!hasFloor(sums) && isRounding(moments, baseline.sumOfSquares + candidate.sumOfSquares)) {
    return uncomputable('every user has the same difference');
  }
  return {
    ...meanOfUnits(sums.difference, moments, sums),
    baseline: baseline.sum / totals.requests,
    candidate: candidate.sum / totals.requests,
  };
}

/**
 * Candidate over baseline minus one on the same requests, sum(candidate) / sum(baseline) - 1, linearised as a ratio of sums
 * whose denominator is the baseline. The baseline's own concentration counts: a ratio whose denominator rests on
 * three units with an event has no usable linearisation, so the effective units are the fewer of the two.
 * @param sums with the residuals of the ratio; where they have contributions, the floor of proportions is added, at the baseline's rate.
 */
export function pairedRelativeDifference(sums: PairedSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, baseline, candidate } = sums;
  const ratio = candidate.sum / baseline.sum;
  const moments = residualMoments(sums.residuals);
  const magnitude = baseline.sumOfSquares * ratio * ratio + candidate.sumOfSquares;
  if (!hasFloor(sums) && isRounding(moments, magnitude)) {
    return uncomputable('every user has the same relative difference');
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
