import type { Linearized } from './linearized.ts';
import { pairedDifferenceSums, type PairedSums } from './paired-sums.ts';
import { eventFloor, type FloorOptions, hasFloor } from './proportion-floor.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import type { PairedSample } from './sample.ts';

/**
 * Candidate minus baseline over the same requests, sum(candidate - baseline) / sum(requests), with a standard error between units.
 * @param options `zeroOne`: every request contributes 0 or 1 on each side: the floor of proportions is added.
 */
export function pairedDifference(sample: PairedSample, options: FloorOptions = {}): Linearized | Uncomputable {
  return pairedDifferenceOf(pairedDifferenceSums(sample, options));
}

/** `pairedDifference` of units that were added up elsewhere, with the residuals of the difference. */
export function pairedDifferenceOf(sums: PairedSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, baseline, candidate } = sums;
  const moments = residualMoments(sums.residuals);
  if (!hasFloor(sums) && isRounding(moments, baseline.sumOfSquares + candidate.sumOfSquares)) {
    return uncomputable('every unit has the same difference');
  }
  const floorVariance = eventFloor(sums);
  return {
    kind: 'linearized',
    value: sums.difference / totals.requests,
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
