import type { Linearized } from './linearized.ts';
import { ownValue } from './own-value.ts';
import { pairedRatioDifference } from './paired-ratio-difference.ts';
import { differenceOfGroups, relativeDifferenceOfGroups, servedGroup } from './served-difference.ts';
import type { ServedGroup } from './served-group.ts';
import type { Uncomputable } from '../result.ts';
import type { ComparedQuantity } from '../sums/paired-sums.ts';
import { type RatioSums, rootForWeight } from '../sums/ratio-sums.ts';
import type { SampleSums } from '../sums/sample-sums.ts';

/*
 * Roots of means of squares, such as a root mean squared error, by the delta method: d sqrt(m) = dm / (2 sqrt(m)). What a mean of squares
 * may hide, f, lifts its root by sqrt(m + f) - sqrt(m), which stays finite where nothing differs from 0 yet.
 */

/** Root of a mean of squares. @param sums of the squares. */
export function rootMean(sums: SampleSums | Uncomputable): Linearized | Uncomputable {
  const mean = ownValue(sums);
  if (mean.kind === 'uncomputable') return mean;
  const floorVariance = rootFloor(mean.value, mean.floorVariance);
  const sampled = Math.max(0, mean.standardError ** 2 - mean.floorVariance) / (4 * rootForWeight(mean.value) ** 2);
  return {
    ...mean,
    value: Math.sqrt(mean.value),
    standardError: Math.sqrt(sampled + floorVariance),
    floorVariance,
  };
}

/**
 * Root of the candidate's mean of squares minus the baseline's on the same requests, or their ratio minus one.
 * @param sums of the squares, weighted for the difference of roots or for the ratio.
 */
export function pairedRootDifference(
  sums: RatioSums | Uncomputable,
  quantity: ComparedQuantity,
): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const squares = pairedRatioDifference(sums);
  if (squares.kind === 'uncomputable') return squares;
  const { baseline, candidate } = sums.sides;
  const [left, right] = [Math.sqrt(baseline.ratio), Math.sqrt(candidate.ratio)];
  const floor = Math.max(
    rootFloor(baseline.ratio, baseline.floorVariance),
    rootFloor(candidate.ratio, candidate.floorVariance),
  );
  const relative = quantity === 'relative';
  const scale = relative ? left ** 2 : 1;
  const floorVariance = ((relative ? Math.max(1, candidate.ratio / baseline.ratio) : 1) * floor) / scale;
  const sampled = Math.max(0, squares.standardError ** 2 - squares.floorVariance);
  const variance = sampled / (4 * rootForWeight(candidate.ratio) ** 2 * scale);
  return {
    ...squares,
    value: relative ? right / left - 1 : right - left,
    baseline: left,
    candidate: right,
    standardError: Math.sqrt(variance + floorVariance),
    floorVariance,
    effectiveUnits: relative
      ? Math.min(squares.effectiveUnits, baseline.effectiveContributors)
      : squares.effectiveUnits,
  };
}

/** The same of two groups of other units. */
export function servedRootDifference(
  baselineSums: SampleSums | Uncomputable,
  candidateSums: SampleSums | Uncomputable,
  quantity: ComparedQuantity,
): Linearized | Uncomputable {
  const baseline = servedGroup(baselineSums, 'baseline');
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = servedGroup(candidateSums, 'candidate');
  if (candidate.kind === 'uncomputable') return candidate;
  const compare = quantity === 'relative' ? relativeDifferenceOfGroups : differenceOfGroups;
  return compare(rootOfGroup(baseline), rootOfGroup(candidate));
}

function rootOfGroup(group: ServedGroup): ServedGroup {
  const slope = 1 / (2 * rootForWeight(group.mean));
  return {
    ...group,
    mean: Math.sqrt(group.mean),
    variance: slope ** 2 * group.variance,
    floorVariance: rootFloor(group.mean, group.floorVariance),
    second: slope ** 2 * group.second,
    third: slope ** 3 * group.third,
  };
}

function rootFloor(meanOfSquares: number, floorVariance: number): number {
  return (Math.sqrt(meanOfSquares + Math.sqrt(floorVariance)) - Math.sqrt(meanOfSquares)) ** 2;
}
