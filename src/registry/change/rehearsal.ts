import type { RolloutVersions } from '../file/rollout-state.ts';
import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import { withHistory } from '../file/hash-chain.ts';
import type { Person } from './transition.ts';

/** How a rehearsal went. */
export interface Rehearsal {
  readonly rollout: RolloutVersions;
  readonly at: string;
  readonly outcome: NonNullable<HistoryEntry['outcome']>;
  readonly person: Person;
}

/** The registry with the date and the outcome of a rehearsed rollback in its history; nothing else changes. */
export function recordRehearsal(registry: ModelRegistry, { rollout, at, outcome, person }: Rehearsal): ModelRegistry {
  const { name, candidate } = rollout;
  return withHistory(registry, { at, action: 'rehearse', version: candidate, rollout: name, ...person, outcome });
}
