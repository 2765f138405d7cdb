import type { LookRecord, ModelRegistry, RolloutRecord, VersionStatus } from '../../domain/registry.ts';
import { type RolloutVersions, recordOf } from '../file/rollout-state.ts';
import type { RolloutChange } from './transition.ts';

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
