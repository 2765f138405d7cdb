import type { Stage } from '../domain/plan.ts';
import type { Rollout } from './rollout.ts';

/**
 * The share of units that the canary cohort should have, in [0, 1]: the stage's weight by which the hash assigns them; in a live split the
 * share of traffic that the candidate has now, where it has one, since the stage that is asked for has not begun.
 */
export function splitWeight(
  { plan, registry, candidate }: Pick<Rollout, 'plan' | 'registry' | 'candidate'>,
  stage: Stage,
): number {
  const live = plan.requests.fields.served === undefined ? 0 : (registry.traffic[candidate.version] ?? 0);
  return live > 0 && live < 1 ? live : stage.weight;
}
