import type { Stage } from '../../domain/plan.ts';
import type {
  Decision,
  HistoryEntry,
  LookRecord,
  ModelRegistry,
  RecordedAssignment,
  RolloutRecord,
  VersionStatus,
} from '../../domain/registry.ts';
import { type RolloutVersions, recordOf } from '../file/rollout-state.ts';

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
  /** Who acts, whoever decided. */
  readonly person?: Person;
  /** The person who decided, where it was not the evidence; increase then starts a rolled-back candidate again. */
  readonly overriddenBy?: DecidingPerson | undefined;
  /** How users are assigned, which is kept once the first of them has the candidate. */
  readonly assignment?: RecordedAssignment;
}

/** Taking a candidate out of traffic, which a person may do without having looked at a stage. */
export type RollbackChange = Pick<RolloutChange, 'rollout' | 'at' | 'look' | 'person' | 'overriddenBy'> &
  Partial<Pick<RolloutChange, 'stage'>> & {
    /** The version that is to serve; the rollout's baseline where absent. */
    readonly to?: string | undefined;
  };

/** Who acted and where that name came from, and why, where somebody said so. */
export type Person = Pick<HistoryEntry, 'by' | 'bySource' | 'reason'>;

/** Somebody who decides themselves says who and why. */
export type DecidingPerson = Person & Required<Pick<Person, 'by' | 'reason'>>;

/** What the history tells of who acted and, where a person decided instead of the evidence, of that. */
export function whoActed(
  decision: Decision,
  { look, person = {}, overriddenBy }: Pick<RolloutChange, 'look' | 'person' | 'overriddenBy'>,
): Pick<HistoryEntry, 'override' | 'by' | 'bySource' | 'reason'> {
  if (overriddenBy === undefined) return person;
  return { ...overriddenBy, override: { decision, ...(look === undefined ? {} : { against: look.verdict }) } };
}

/** The registry with another status of one version, which is all that ever changes of a version. */
export function withStatus(registry: ModelRegistry, version: string, status: VersionStatus): ModelRegistry {
  const entry = registry.versions[version];
  if (entry === undefined) throw new Error(`${version} was not checked to be in the registry`);
  return { ...registry, versions: { ...registry.versions, [version]: { ...entry, status } } };
}

/** The registry with an alias that points at a version. */
export function withAlias(registry: ModelRegistry, alias: string, version: string): ModelRegistry {
  return { ...registry, aliases: { ...registry.aliases, [alias]: version } };
}

/** The registry without an alias. */
export function withoutAlias(registry: ModelRegistry, alias: string): ModelRegistry {
  const { [alias]: _removed, ...aliases } = registry.aliases;
  return { ...registry, aliases };
}

/** The registry with one more look in the rollout's record, which begins with its first look. */
export function withLook(
  registry: ModelRegistry,
  { rollout, stage, at, look: facts }: Pick<RolloutChange, 'rollout' | 'stage' | 'at' | 'look'>,
): ModelRegistry {
  const record = recordOf(registry, rollout);
  // A person who decides without evidence leaves no look; the name of the rollout is used up all the same.
  if (facts === undefined) return withRecord(registry, rollout, record);
  // What was spent is carried from look to look, and would otherwise be told again by each.
  const earlier = record.looks.map((look) => (look.stage === stage.name ? withoutSpending(look) : look));
  const looks = [...earlier, { stage: stage.name, at, ...facts }];
  return withRecord(registry, rollout, { ...record, looks });
}

function withoutSpending({ spending: _earlier, ...look }: LookRecord): LookRecord {
  return look;
}

/** The registry with one more stage that the rollout has entered. */
export function withEntered(registry: ModelRegistry, rollout: RolloutVersions, stage: string): ModelRegistry {
  const record = recordOf(registry, rollout);
  return withRecord(registry, rollout, { ...record, entered: [...record.entered, stage] });
}

/** The registry with what it remembers of a rollout. */
export function withRecord(registry: ModelRegistry, { name }: RolloutVersions, record: RolloutRecord): ModelRegistry {
  return { ...registry, rollouts: { ...registry.rollouts, [name]: record } };
}
