import type { ModelRegistry, RolloutRecord } from '../domain/registry.ts';
import type { RolloutVersions } from './transition.ts';

/** `waiting` has entered no stage; `underway` has a candidate that may take traffic; the other two have ended. */
export type RolloutState = 'waiting' | 'underway' | 'complete' | 'rolled-back';

/** Where a rollout stands, told from its last history entry that was more than a look. */
export function rolloutState({ history }: Pick<ModelRegistry, 'history'>, name: string | undefined): RolloutState {
  const last = history.findLast(({ rollout, action }) => rollout === name && action !== 'look');
  switch (last?.action) {
    case 'enter':
      return 'underway';
    case 'complete':
      return 'complete';
    case 'rollback':
      return 'rolled-back';
    default:
      return 'waiting';
  }
}

/** The rollout of the model that is under way, of which there is one at most. */
export function rolloutUnderway(registry: ModelRegistry): string | undefined {
  return Object.keys(registry.rollouts).find((name) => rolloutState(registry, name) === 'underway');
}

/** What the registry remembers of a rollout; an empty record of one that it has not heard of. */
export function recordOf(registry: ModelRegistry, { name, baseline, candidate }: RolloutVersions): RolloutRecord {
  // A plan may be called `constructor`, which every object answers to.
  const known = Object.hasOwn(registry.rollouts, name) ? registry.rollouts[name] : undefined;
  return known ?? { baseline, candidate, entered: [], looks: [] };
}
