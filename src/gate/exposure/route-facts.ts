import type { RolloutPlan } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { resolveVersion } from '../../domain/resolve-version.ts';
import { rolloutRecord } from '../../registry/file/rollout-state.ts';
import type { RouteFacts } from '../../routing/route-target.ts';

/**
 * What the files of a rollout's routes are made from, at the registry's own weight.
 * @throws RangeError where versions have traffic that the plan does not know
 */
export function routeFacts(plan: RolloutPlan, registry: ModelRegistry): RouteFacts & { readonly revision: number } {
  // Once the candidate is stable, the alias in the plan means the candidate; the rollout remembers what it began with.
  const begun = rolloutRecord(registry, plan.name)?.baseline ?? plan.baseline;
  const versions = {
    baseline: resolveVersion(registry, begun)?.version ?? begun,
    candidate: resolveVersion(registry, plan.candidate)?.version ?? plan.candidate,
  };
  return {
    plan: plan.name,
    model: plan.model,
    versions,
    assignment: plan.assignment,
    stages: plan.stages,
    weight: registry.traffic[versions.candidate] ?? 0,
    revision: registry.revision,
  };
}

/** Versions with traffic that are neither of a rollout's two: a route of two has no place for them. */
export function othersWithTraffic({ versions }: RouteFacts, registry: ModelRegistry): readonly string[] {
  const own = Object.values(versions);
  return Object.entries(registry.traffic)
    .filter(([version, share]) => share > 0 && !own.includes(version))
    .map(([version]) => version);
}
