import type { Stage } from '../../domain/plan.ts';
import type { Promotion } from '../../report/commands/promotion-text.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** What a promotion is about. */
export function namesOf(
  { plan, file, candidate }: Rollout,
  { name, weight }: Pick<Stage, 'name' | 'weight'>,
): Pick<Promotion, 'model' | 'plan' | 'planFile' | 'candidate' | 'stage'> {
  return {
    model: plan.model,
    plan: plan.name,
    planFile: file,
    candidate: candidate.version,
    stage: { name, weight },
  };
}
