import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import { withHistory } from '../file/hash-chain.ts';
import type { RolloutVersions } from '../file/rollout-state.ts';
import { requireNoOther, requireNotRolledBack, requireSameVersions } from './rollout-guards.ts';
import type { Person } from './transition.ts';

/** A person's word that a stage may begin. */
export interface Approval extends Required<Pick<HistoryEntry, 'at' | 'stage' | 'plan' | 'evidence'>> {
  readonly rollout: RolloutVersions;
  readonly person: Person;
}

/**
 * The registry with an approval in its history; traffic stays as it is.
 * @throws UserError (exit 5) when the rollout was rolled back, has other versions there, or another one is under way.
 */
export function recordApproval(
  registry: ModelRegistry,
  { rollout, at, stage, plan, evidence, person }: Approval,
): ModelRegistry {
  requireNotRolledBack(registry, rollout);
  requireSameVersions(registry, rollout);
  requireNoOther(registry, rollout);
  const { name, candidate } = rollout;
  return withHistory(registry, {
    at,
    action: 'approve',
    version: candidate,
    rollout: name,
    stage,
    ...person,
    plan,
    evidence,
  });
}
