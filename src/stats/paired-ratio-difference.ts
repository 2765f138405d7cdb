import type { Linearized } from './linearized.ts';
import { type RatioPair, ratioPairSums, type RatioPairSums } from './ratio-pair.ts';
import { type RatioSides, ratioSides } from './ratio-side.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import { sideSums } from './sample-sums.ts';

/**
 * Candidate's ratio minus baseline's where each version has its own denominator on the same units, as precision has (what a
 * version predicted as a label). Both ratios are linearised by unit and subtracted unit by unit, so that what the two sides share cancels:
 * r_u = (Yc_u - theta_c Nc_u) / nc - (Yb_u - theta_b Nb_u) / nb, each part leave-one-out (Deng, Knoblich and Lu 2018,
 * Applying the Delta Method in Metric Analytics, section 3). With equal denominators it is `pairedDifference`.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions, as if the two were served apart,
 * since a request may count on one side alone.
 */
export function pairedRatioDifference(pair: RatioPair, { zeroOne = false } = {}): Linearized | Uncomputable {
  const sides = sidesOf(pair, zeroOne);
  if (sides.kind === 'uncomputable') return sides;
  return weightedRatioDifference(sides, 1, ratioPairSums(pair, sides, 1), zeroOne);
}

/** Adds up each side of a pair. */
export function sidesOf({ baseline, candidate }: RatioPair, zeroOne: boolean): RatioSides | Uncomputable {
  return ratioSides(sideSums(baseline, { zeroOne }), sideSums(candidate, { zeroOne }));
}

/**
 * Candidate's ratio minus `weight` times baseline's, with a standard error between the units that the two share.
 * @param sums of the residuals with the same weight.
 */
export function weightedRatioDifference(
  { baseline, candidate }: RatioSides,
  weight: number,
  { units, requests, residuals }: RatioPairSums,
  zeroOne: boolean,
): Linearized | Uncomputable {
  const moments = residualMoments(residuals);
  const magnitude = weight * weight * baseline.column.sumOfSquares + candidate.column.sumOfSquares;
  if (!zeroOne && isRounding(moments, magnitude)) {
    return uncomputable('every unit has the same difference');
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
