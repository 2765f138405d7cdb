import type { Stage } from '../../domain/plan.ts';
import type { Rollout } from './rollout.ts';

/** The share of users whom the candidate serves while a stage is asked for: that of the traffic it has, or the stage's weight before it has any. */
export function servedShare(
  { registry, candidate }: Pick<Rollout, 'registry' | 'candidate'>,
  { weight }: Pick<Stage, 'weight'>,
): number {
  const share = registry.traffic[candidate.version] ?? 0;
  return share > 0 && share < 1 ? share : weight;
}
