import type { RegistryChange } from '../domain/evidence.ts';
import { UserError } from '../domain/errors.ts';
import type { Stage } from '../domain/plan.ts';
import type { Decision } from '../domain/registry.ts';
import { describeChange } from '../registry/describe-change.ts';
import type { PlannedRollout } from '../registry/rollout-state.ts';
import type { Rollout } from './rollout.ts';

/** The rollout as the registry moves it: with versions instead of aliases. */
export function plannedRollout({ plan, baseline, candidate }: Rollout): PlannedRollout {
  return { name: plan.name, baseline: baseline.version, candidate: candidate.version, stages: plan.stages };
}

/** What promoting a verdict would change now, or why promote would refuse. */
export function previewChange(rollout: Rollout, stage: Stage, verdict: Decision): RegistryChange {
  const { registry } = rollout;
  try {
    return describeChange(registry, plannedRollout(rollout), stage.name, verdict);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { traffic, aliases } = registry;
    return { action: 'look', stage: stage.name, traffic, aliases, status: {}, refused: error.message };
  }
}
