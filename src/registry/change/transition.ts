import type { Stage } from '../../domain/plan.ts';
import type { Decision, HistoryEntry, LookRecord } from '../../domain/registry.ts';
import type { RolloutVersions } from '../file/rollout-state.ts';

export type WeightedStage = Pick<Stage, 'name' | 'weight'>;

/** What a look leaves in the registry, beside the stage and the time; its verdict is what the evidence said. */
export type RecordedLook = Omit<LookRecord, 'stage' | 'at'>;

/** Acting on a look at a stage: all that a transition needs to know beside the registry. */
export interface RolloutChange {
  readonly rollout: RolloutVersions;
  readonly stage: WeightedStage;
  /** All stages of the plan, in order; entering the last completes the rollout. */
  readonly stages: readonly WeightedStage[];
  /** When it is acted on, in ISO 8601. */
  readonly at: string;
  /** Absent where a person decides without evidence. */
  readonly look?: RecordedLook | undefined;
  /** The person who decided, where it was not the evidence; increase then starts a rolled-back candidate again. */
  readonly overriddenBy?: Required<Person> | undefined;
}

/** Taking a candidate out of traffic, which a person may do without having looked at a stage. */
export type RollbackChange = Pick<RolloutChange, 'rollout' | 'at' | 'look' | 'overriddenBy'> &
  Partial<Pick<RolloutChange, 'stage'>> & { readonly person?: Person };

/** Who asked for a change and why, as far as they said. */
export type Person = Pick<HistoryEntry, 'by' | 'reason'>;

/** What the history tells of a person who decided; nothing where the evidence did. */
export function overrideOf(
  decision: Decision,
  { look, overriddenBy }: Pick<RolloutChange, 'look' | 'overriddenBy'>,
): Pick<HistoryEntry, 'override' | 'by' | 'reason'> {
  if (overriddenBy === undefined) return {};
  return { ...overriddenBy, override: { decision, ...(look === undefined ? {} : { against: look.verdict }) } };
}
