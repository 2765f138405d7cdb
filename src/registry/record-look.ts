import type { LookRecord, ModelRegistry } from '../domain/registry.ts';
import { withLook } from './edit-registry.ts';
import { withHistory } from './history.ts';
import { requireNotRolledBack, requireSameVersions } from './rollout-guards.ts';
import type { PlannedRollout } from './rollout-state.ts';
import { plannedStage } from './stage-guards.ts';

/**
 * Acts on *hold*: records the look and moves nothing. Also all that *increase* does on a stage that was entered before.
 * @throws UserError (exit 5) when the rollout was rolled back, or is one of other versions in the registry.
 */
export function recordLook(registry: ModelRegistry, rollout: PlannedRollout, look: LookRecord): ModelRegistry {
  requireNotRolledBack(registry, rollout);
  requireSameVersions(registry, rollout);
  return withHistory(withLook(registry, rollout, look), {
    at: look.at,
    action: 'look',
    version: rollout.candidate,
    rollout: rollout.name,
    stage: plannedStage(rollout, look.stage).name,
  });
}
