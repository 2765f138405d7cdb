import type { Stage } from '../domain/plan.ts';
import type { HistoryEntry, LookRecord } from '../domain/registry.ts';

/** A rollout by its plan's name, under which the registry remembers it, and its versions (no aliases). */
export interface RolloutVersions {
  readonly name: string;
  readonly baseline: string;
  readonly candidate: string;
}

export type WeightedStage = Pick<Stage, 'name' | 'weight'>;

/** What a look leaves in the registry, beside the stage, the time and the verdict that was acted on. */
export type RecordedLook = Pick<LookRecord, 'look' | 'evidence' | 'tests' | 'plannedUnits'>;

/** Acting on a look at a stage: all that a transition needs to know beside the registry. */
export interface RolloutChange {
  readonly rollout: RolloutVersions;
  readonly stage: WeightedStage;
  /** All stages of the plan, in order; entering the last completes the rollout. */
  readonly stages: readonly WeightedStage[];
  /** When it is acted on, in ISO 8601. */
  readonly at: string;
  readonly look: RecordedLook;
}

/** Taking a candidate out of traffic, which a person may do without having looked at a stage. */
export type RollbackChange = Pick<RolloutChange, 'rollout' | 'at'> &
  Partial<Pick<RolloutChange, 'stage' | 'look'>> & { readonly person?: Person };

/** Who asked for a change and why, as far as they said. */
export type Person = Pick<HistoryEntry, 'by' | 'reason'>;
