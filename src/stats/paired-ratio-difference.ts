import type { Linearized } from './linearized.ts';
import { type RatioPair, type RatioSide, ratioPairSize, ratioSide } from './ratio-side.ts';
import { isRounding, ratioSkewness, ratioVariance, residualMoments } from './residual-moments.ts';
import { type Uncomputable, uncomputable } from './result.ts';

/**
 * Candidate's ratio minus baseline's where each version has its own denominator on the same units, as precision has (what a
 * version predicted as a label). Both ratios are linearised by unit and subtracted unit by unit, so that what the two sides share cancels:
 * r_u = (Yc_u - theta_c Nc_u) / nc - (Yb_u - theta_b Nb_u) / nb, each part leave-one-out (Deng, Knoblich and Lu 2018,
 * Applying the Delta Method in Metric Analytics, section 3). With equal denominators it is `pairedDifference`.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions, as if the two were served apart,
 * since a request may count on one side alone.
 */
export function pairedRatioDifference(pair: RatioPair, { zeroOne = false } = {}): Linearized | Uncomputable {
  const baseline = ratioSide(pair.baseline, 'baseline', zeroOne);
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = ratioSide(pair.candidate, 'candidate', zeroOne);
  if (candidate.kind === 'uncomputable') return candidate;
  return linearizedPair(pair, { baseline, candidate, weight: 1, zeroOne });
}

/** How the two sides are put together. */
export interface RatioCombination {
  readonly baseline: RatioSide;
  readonly candidate: RatioSide;
  /** What the baseline's influence is multiplied by before it is subtracted: 1 for a difference. */
  readonly weight: number;
  readonly zeroOne: boolean;
}

/** Candidate's ratio minus `weight` times baseline's, with a standard error between the units that the two share. */
export function linearizedPair(
  pair: RatioPair,
  { baseline, candidate, weight, zeroOne }: RatioCombination,
): Linearized | Uncomputable {
  const { requests, units, mean } = ratioPairSize(pair);
  // In requests instead of shares, so that the moments are those of other paired estimates.
  const residuals = candidate.influence.map(
    (moved, unit) => (moved - weight * (baseline.influence[unit] ?? Number.NaN)) * mean,
  );
  const moments = residualMoments(residuals, requests);
  if (!zeroOne && isRounding(moments, weight * weight * baseline.sumOfSquares + candidate.sumOfSquares)) {
    return uncomputable('every unit has the same difference');
  }
  const floorVariance = candidate.floorVariance + Math.max(1, weight * weight) * baseline.floorVariance;
  return {
    kind: 'linearized',
    value: candidate.ratio - weight * baseline.ratio,
    baseline: baseline.ratio,
    candidate: candidate.ratio,
    standardError: Math.sqrt(ratioVariance(moments, units, mean) + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units,
    requests: Math.round(mean),
    effectiveUnits: Math.min(baseline.totals.effectiveUnits, candidate.totals.effectiveUnits),
    clusterSize: Math.max(baseline.totals.clusterSize, candidate.totals.clusterSize),
    counted: { units, requests: Math.round(mean) },
  };
}
