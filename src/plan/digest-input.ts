import type { RolloutPlan } from '../domain/plan.ts';
import { canonicalJson } from '../domain/canonical-json.ts';

/**
 * The text to hash for "is this still the same plan": everything that can change a verdict or what follows from it.
 * Instructions for people and routers are left out, so that noting a rehearsal does not start a new series of looks.
 */
export function planDigestInput(plan: RolloutPlan): string {
  const { rollback: _instructions, apply: _commands, ...decisive } = plan;
  return canonicalJson(decisive);
}
