import type { Linearized } from './linearized.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import type { RatioSums } from '../sums/ratio-sums.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments } from '../sums/residual-sums.ts';

/**
 * Candidate's ratio minus baseline's where each version has its own denominator on the same units, as precision has (what a
 * version predicted as a label). Both ratios are linearised by unit and subtracted unit by unit, so that what the two sides share cancels:
 * r_u = (Yc_u - theta_c Nc_u) / nc - (Yb_u - theta_b Nb_u) / nb, each part leave-one-out (Deng, Knoblich and Lu 2018,
 * Applying the Delta Method in Metric Analytics, section 3). With equal denominators it is `pairedDifference`.
 * Where every request contributes 0 or 1, each side gets the floor of proportions, as if the two were served apart, since a request may
 * count on one side alone. Where the sums have another weight than 1, the baseline's ratio is multiplied by it.
 */
export function pairedRatioDifference(sums: RatioSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { weight } = sums;
  const { baseline, candidate } = sums.sides;
  const { units, requests, residuals } = sums.pair;
  const moments = residualMoments(residuals);
  const magnitude = weight * weight * baseline.column.sumOfSquares + candidate.column.sumOfSquares;
  if (!(baseline.floorVariance > 0) && isRounding(moments, magnitude)) {
    return uncomputable('every user has the same difference');
  }
  const floorVariance = candidate.floorVariance + Math.max(1, weight * weight) * baseline.floorVariance;
  return {
    kind: 'linearized',
    value: candidate.ratio - weight * baseline.ratio,
    baseline: baseline.ratio,
    candidate: candidate.ratio,
    standardError: Math.sqrt(ratioVariance(moments, units, requests) + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units,
    requests: Math.round(requests),
    effectiveUnits: Math.min(baseline.totals.effectiveUnits, candidate.totals.effectiveUnits),
    clusterSize: Math.max(baseline.totals.clusterSize, candidate.totals.clusterSize),
    counted: { units, requests: Math.round(requests) },
  };
}

/**
 * Candidate's ratio over baseline's minus one, where each version has its own denominator on the same units: the
 * linearisation of `pairedRatioDifference` with the baseline weighted by the ratio of the two, over the baseline's ratio. As in the other
 * relative differences, the baseline's effective units are also counted by their share of its sum.
 * @param sums with the residuals of the relative difference.
 */
export function pairedRatioRelativeDifference(sums: RatioSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const combined = pairedRatioDifference(sums);
  if (combined.kind === 'uncomputable') return combined;
  const { baseline } = sums.sides;
  return {
    ...combined,
    value: sums.weight - 1,
    standardError: combined.standardError / baseline.ratio,
    floorVariance: combined.floorVariance / baseline.ratio ** 2,
    effectiveUnits: Math.min(combined.effectiveUnits, baseline.effectiveContributors),
  };
}
