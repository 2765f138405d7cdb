import type { Decision, ModelRegistry } from '../../domain/registry.ts';
import { withLook } from './edit-registry.ts';
import { withHistory } from '../file/hash-chain.ts';
import { requireNotRolledBack, requireSameVersions } from './rollout-guards.ts';
import { overrideOf, type RolloutChange } from './transition.ts';

/**
 * Acts on *hold*: records the look and moves nothing. Also all that *increase* does on a stage that was entered before.
 * @throws UserError (exit 5) when the rollout was rolled back, or is one of other versions in the registry.
 */
export function recordLook(registry: ModelRegistry, change: RolloutChange, decision: Decision = 'hold'): ModelRegistry {
  const { rollout, stage, at } = change;
  requireNotRolledBack(registry, rollout);
  requireSameVersions(registry, rollout);
  return withHistory(withLook(registry, change), {
    at,
    action: 'look',
    version: rollout.candidate,
    rollout: rollout.name,
    stage: stage.name,
    ...overrideOf(decision, change),
  });
}
