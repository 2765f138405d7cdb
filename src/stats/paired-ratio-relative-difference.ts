import type { Linearized } from './linearized.ts';
import { linearizedPair } from './paired-ratio-difference.ts';
import { type RatioPair, ratioSide } from './ratio-side.ts';
import { type Uncomputable, uncomputable } from './result.ts';

/**
 * Candidate's ratio over baseline's minus one, where each version has its own denominator on the same units: the
 * linearisation of `pairedRatioDifference` with the baseline weighted by the ratio of the two, over the baseline's ratio. As in the other
 * relative differences, the baseline's effective units are also counted by their share of its sum.
 * @param zeroOne every request contributes 0 or 1: each side gets the floor of proportions.
 */
export function pairedRatioRelativeDifference(pair: RatioPair, { zeroOne = false } = {}): Linearized | Uncomputable {
  const baseline = ratioSide(pair.baseline, 'baseline', zeroOne);
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = ratioSide(pair.candidate, 'candidate', zeroOne);
  if (candidate.kind === 'uncomputable') return candidate;
  if (!(baseline.ratio > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');
  const weight = candidate.ratio / baseline.ratio;
  const combined = linearizedPair(pair, { baseline, candidate, weight, zeroOne });
  if (combined.kind === 'uncomputable') return combined;
  return {
    ...combined,
    value: weight - 1,
    standardError: combined.standardError / baseline.ratio,
    floorVariance: combined.floorVariance / baseline.ratio ** 2,
    effectiveUnits: Math.min(combined.effectiveUnits, baseline.effectiveContributors),
  };
}
