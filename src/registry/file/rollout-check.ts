import type { CheckResult } from '../../domain/evidence.ts';
import { formatShare } from '../../domain/format-number.ts';
import type { Stage } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { rolledBackText, rolloutRecord, rolloutState, rolloutUnderway } from './rollout-state.ts';

/**
 * Whether the rollout may go on as the registry stands: not once its candidate was taken out, not beside another rollout that has
 * traffic, and not while a router does not have the last change.
 * @param name of the rollout's plan.
 */
export function checkRollout(registry: ModelRegistry, name: string, stage: Pick<Stage, 'weight'>): CheckResult {
  if (rolloutState(registry, name) === 'rolled-back') return say('rollback', rolledBackText(registry, name));
  const other = rolloutUnderway(registry);
  if (other !== undefined && other !== name) {
    const { candidate = 'its candidate' } = rolloutRecord(registry, other) ?? {};
    const share = registry.traffic[candidate] ?? 0;
    if (share > 0 && stage.weight > 0) {
      return say('hold', `the rollout ${other} is under way: ${candidate} has ${formatShare(share)} of the traffic`);
    }
  }
  if (registry.applied === false)
    return say('hold', 'the router did not get the last change yet; canary apply tries again');
  return say('pass', `no other rollout of ${registry.model} has traffic`);
}

function say(status: CheckResult['status'], detail: string): CheckResult {
  return { name: 'rollout', status, detail };
}
