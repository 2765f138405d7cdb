import type { Role } from '../domain/role.ts';
import type { Linearized } from '../stats/linearized.ts';
import type { PostStratified } from '../stats/post-stratification.ts';
import type { Proportion } from '../stats/proportion.ts';
import type { Uncomputable } from '../stats/result.ts';
import type { MeanMetric } from './mean-metric.ts';
import type { Slice } from './slice.ts';
import type { UsableCounts } from './unusable-reason.ts';

/** A metric that is a mean, as the tables of sums know it. */
export interface NamedMean {
  readonly id: string;
  readonly definition: MeanMetric;
  /** Whether the metric promises that every request contributes 0 or 1; the data may show it of others. */
  readonly zeroOne: boolean;
}

/**
 * Estimates means from the sums by unit. Two readers give the same numbers: one brings the units into memory, the other
 * lets the database add them up, where they are too many.
 */
export interface UnitReader {
  /** The candidate's own value; a proportion where every request contributes 0 or 1. */
  own(metric: NamedMean, slice: Slice): Promise<Linearized | Proportion | Uncomputable>;
  /** Candidate against baseline on the same requests. */
  paired(metric: NamedMean, slice: Slice, quantity: ComparedQuantity): Promise<Linearized | Uncomputable>;
  /** Candidate on its slice against baseline on another. */
  served(
    metric: NamedMean,
    slices: Readonly<Record<Role, Slice>>,
    quantity: ComparedQuantity,
  ): Promise<Linearized | Uncomputable>;
  /** Candidate on the canary cohort against baseline on the stable one, with the same mix of segments. */
  postStratified(metric: NamedMean, dimensions: readonly string[]): Promise<PostStratified | Uncomputable>;
  /** Share of the candidate's sum that the heaviest hundredth of the slice's units carries. */
  topUnitsShare(metric: NamedMean, slice: Slice): Promise<number | Uncomputable>;
  /** Requests of one version that count on a slice, and that should and cannot. */
  usable(metric: NamedMean, slice: Slice, role: Role): Promise<UsableCounts>;
}

export type ComparedQuantity = 'difference' | 'relative';
