import type { Linearized } from './linearized.ts';
import { sidesOf, weightedRatioDifference } from './paired-ratio-difference.ts';
import { type RatioPair, ratioPairSums, type RatioPairSums } from './ratio-pair.ts';
import { type RatioSides, relativeWeight } from './ratio-side.ts';
import type { Uncomputable } from './result.ts';

/**
 * Candidate's ratio over baseline's minus one, where each version has its own denominator on the same units: the
 * linearisation of `pairedRatioDifference` with the baseline weighted by the ratio of the two, over the baseline's ratio. As in the other
 * relative differences, the baseline's effective units are also counted by their share of its sum.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions.
 */
export function pairedRatioRelativeDifference(pair: RatioPair, { zeroOne = false } = {}): Linearized | Uncomputable {
  const sides = sidesOf(pair, zeroOne);
  if (sides.kind === 'uncomputable') return sides;
  const weight = relativeWeight(sides);
  if (typeof weight !== 'number') return weight;
  return relativeRatioDifference(sides, weight, ratioPairSums(pair, sides, weight), zeroOne);
}

/** `pairedRatioRelativeDifference` of units that were added up elsewhere, with the weight of the two sides. */
export function relativeRatioDifference(
  sides: RatioSides,
  weight: number,
  sums: RatioPairSums,
  zeroOne: boolean,
): Linearized | Uncomputable {
  const combined = weightedRatioDifference(sides, weight, sums, zeroOne);
  if (combined.kind === 'uncomputable') return combined;
  const { baseline } = sides;
  return {
    ...combined,
    value: weight - 1,
    standardError: combined.standardError / baseline.ratio,
    floorVariance: combined.floorVariance / baseline.ratio ** 2,
    effectiveUnits: Math.min(combined.effectiveUnits, baseline.effectiveContributors),
  };
}
