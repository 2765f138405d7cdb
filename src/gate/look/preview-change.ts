import type { RegistryChange } from '../../domain/evidence.ts';
import { UserError } from '../../domain/errors.ts';
import type { Stage } from '../../domain/plan.ts';
import type { Decision } from '../../domain/registry.ts';
import { applyVerdict, describeChange } from '../../registry/change/apply-verdict.ts';
import type { RecordedLook, RolloutChange } from '../../registry/change/transition.ts';
import { assignmentOf } from '../rollout/assignment-in-force.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** The change that acting on a look makes to the registry. */
export function changeFor(
  { plan, baseline, candidate }: Rollout,
  stage: Stage,
  at: string,
  look: RecordedLook | undefined,
  who: Pick<RolloutChange, 'person' | 'overriddenBy'> = {},
): RolloutChange {
  const rollout = { name: plan.name, baseline: baseline.version, candidate: candidate.version };
  return { rollout, stage, stages: plan.stages, at, look, assignment: assignmentOf(plan), ...who };
}

/** Stands in for the look whose evidence is still being made; nothing of it shows in a preview. */
const anyLook: Omit<RecordedLook, 'verdict'> = {
  look: 1,
  evidence: `sha256:${'0'.repeat(64)}`,
  tests: 1,
  plannedUnits: 1,
};
const anyTime = '1970-01-01T00:00:00.000Z';

/** What promoting a verdict would change now, or why promote would refuse. */
export function previewChange(rollout: Rollout, stage: Stage, verdict: Decision): RegistryChange {
  const { registry } = rollout;
  try {
    const after = applyVerdict(registry, verdict, changeFor(rollout, stage, anyTime, { ...anyLook, verdict }));
    return describeChange(registry, after, stage.name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { traffic, aliases } = registry;
    return { action: 'look', stage: stage.name, traffic, aliases, status: {}, refused: error.message };
  }
}
