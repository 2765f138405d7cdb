import type { RegistryChange } from '../domain/evidence.ts';
import type { Decision, LookRecord, ModelRegistry } from '../domain/registry.ts';
import { applyDecision } from './apply-decision.ts';
import type { PlannedRollout } from './rollout-state.ts';

/**
 * What promoting a verdict would change: the same transition is applied to the registry as it is, and the two are
 * compared.
 * @throws UserError (exit 5) when promote would refuse.
 */
export function describeChange(
  registry: ModelRegistry,
  rollout: PlannedRollout,
  stage: string,
  decision: Decision,
): RegistryChange {
  return changeBetween(registry, applyDecision(registry, rollout, { ...anyLook, stage, verdict: decision }), stage);
}

/**
 * What one change of a rollout did.
 * @returns all traffic and aliases after it, and the status of each version whose status it changed.
 * @throws RangeError when the later registry's last change is not one of a rollout.
 */
export function changeBetween(before: ModelRegistry, after: ModelRegistry, stage: string): RegistryChange {
  const action = after.history.at(-1)?.action;
  if (action === undefined || action === 'add')
    throw new RangeError(`the last change of ${after.model} is no rollout's`);
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

/** Stands in for a look whose evidence is still to be written; none of it reaches the change. */
const anyLook: Omit<LookRecord, 'stage' | 'verdict'> = {
  look: 1,
  at: '1970-01-01T00:00:00.000Z',
  evidence: `sha256:${'0'.repeat(64)}`,
  tests: 1,
  plannedUnits: 1,
};
