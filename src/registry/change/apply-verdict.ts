import type { RegistryChange } from '../../domain/evidence.ts';
import type { Decision, ModelRegistry } from '../../domain/registry.ts';
import { enterStage, recordLook } from './enter-stage.ts';
import { rollBack } from './roll-back.ts';
import type { RolloutChange } from './transition.ts';

const transitions: Readonly<Record<Decision, (registry: ModelRegistry, change: RolloutChange) => ModelRegistry>> = {
  increase: enterStage,
  hold: recordLook,
  rollback: rollBack,
};

/**
 * The registry after acting on a verdict. Promoting and previewing both come through here, so that they cannot disagree.
 * @throws UserError (exit 5) when the registry is not in a state in which that can be done.
 */
export function applyVerdict(registry: ModelRegistry, verdict: Decision, change: RolloutChange): ModelRegistry {
  return transitions[verdict](registry, change);
}

/**
 * What a transition did, for evidence: all traffic and aliases after it, and the status of each version whose status it
 * changed. A registry that stayed as it was, because the transition was refused, gives the action `look`.
 */
export function describeChange(before: ModelRegistry, after: ModelRegistry, stage: string): RegistryChange {
  const last = after.revision > before.revision ? after.history.at(-1)?.action : undefined;
  const action = last === 'enter' || last === 'complete' || last === 'rollback' ? last : 'look';
  const changed = Object.entries(after.versions).filter(
    ([version, { status }]) => before.versions[version]?.status !== status,
  );
  return {
    action,
    stage,
    traffic: after.traffic,
    aliases: after.aliases,
    status: Object.fromEntries(changed.map(([version, { status }]) => [version, status])),
  };
}
