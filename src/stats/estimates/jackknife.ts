import type { Linearized } from './linearized.ts';
import { type DataSize, type Uncomputable, uncomputable } from '../result.ts';

/** Groups that units are dealt into, by a hash of the unit. */
export const jackknifeGroups = 50;

/** What the jackknife needs beside the replicates. */
export interface JackknifeInput {
  /** The quantity on all units. */
  readonly value: number;
  /** The quantity without each group that has units, one number per such group; at most 50. */
  readonly replicates: Float64Array;
  readonly baseline?: number;
  readonly candidate?: number;
  readonly units: number;
  readonly requests: number;
  /** Of the poorer side where there are two groups. */
  readonly effectiveUnits: number;
  readonly clusterSize: number;
  /** The side that grows: see `Linearized.counted`. */
  readonly counted: DataSize;
  /** Added to the squared standard error of a quantity that is made of events: what seldom ones may still hide. */
  readonly floorVariance?: number;
}

/**
 * Delete-a-group jackknife for quantities that are no ratio of sums (macro F1, AUC, RMSE and their differences):
 * se^2 = (G - 1) / G * sum (theta_(g) - theta)^2, Student's t with G - 1 degrees of freedom (Kott 2001, The delete-a-group
 * jackknife, Journal of Official Statistics). Deviations are from theta itself, which for a ratio of sums makes it the leave-one-out variance of groups.
 * @returns uncomputable when a replicate is not a finite number, there are fewer than two groups, or no replicate moves and there is no floor.
 */
export function deleteGroupJackknife(input: JackknifeInput): Linearized | Uncomputable {
  const { value, replicates, floorVariance = 0, ...rest } = input;
  if (replicates.length > jackknifeGroups) throw new RangeError(`At most ${jackknifeGroups} groups.`);
  if (replicates.length < 2) return uncomputable('all units fall into one group');
  if (!Number.isFinite(value)) return uncomputable('the value is not finite');
  let squares = 0;
  let cubes = 0;
  for (const replicate of replicates) {
    // A group that lifts the value is missed where it is left out.
    const lift = value - replicate;
    squares += lift * lift;
    cubes += lift * lift * lift;
  }
  if (!Number.isFinite(squares)) return uncomputable('the value cannot be computed without one of the groups of units');
  if (squares <= 1e-24 * value * value && !(floorVariance > 0)) {
    return uncomputable('the value does not vary between groups of units');
  }
  return {
    ...rest,
    kind: 'linearized',
    value,
    standardError: Math.sqrt(((replicates.length - 1) / replicates.length) * squares + floorVariance),
    floorVariance,
    skewness: squares === 0 ? 0 : cubes / squares ** 1.5,
    degreesOfFreedom: replicates.length - 1,
  };
}
