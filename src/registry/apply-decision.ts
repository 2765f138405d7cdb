import type { LookRecord, ModelRegistry } from '../domain/registry.ts';
import { enterStage } from './enter-stage.ts';
import { recordLook } from './record-look.ts';
import { rollBack } from './roll-back.ts';
import type { PlannedRollout } from './rollout-state.ts';

const transitions = {
  increase: enterStage,
  hold: recordLook,
  rollback: (registry: ModelRegistry, rollout: PlannedRollout, look: LookRecord) =>
    rollBack(registry, rollout, look.at, look),
} as const;

/**
 * The registry after acting on a look's verdict. Promoting and previewing both come through here, so that they cannot
 * disagree.
 * @throws UserError (exit 5) when the registry is not in a state in which that can be done.
 */
export function applyDecision(registry: ModelRegistry, rollout: PlannedRollout, look: LookRecord): ModelRegistry {
  return transitions[look.verdict](registry, rollout, look);
}
