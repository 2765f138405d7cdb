import type { RolloutPlan } from './plan.ts';
import type { ModelRegistry, ModelVersion } from './registry.ts';

/** A version of the registry with its number. */
export interface NumberedVersion {
  readonly version: string;
  readonly entry: ModelVersion;
}

/** The version that a plan's `baseline` or `candidate` means: an alias's, or the one of that number. */
export function resolveVersion(registry: ModelRegistry, name: string): NumberedVersion | undefined {
  const version = Object.hasOwn(registry.aliases, name) ? registry.aliases[name] : name;
  if (version === undefined || !Object.hasOwn(registry.versions, version)) return undefined;
  const entry = registry.versions[version];
  return entry === undefined ? undefined : { version, entry };
}

/** Both versions of a plan; undefined where either is unknown, which is a finding of its own. */
export function resolveBoth(
  plan: RolloutPlan,
  registry: ModelRegistry,
): { readonly baseline: NumberedVersion; readonly candidate: NumberedVersion } | undefined {
  const baseline = resolveVersion(registry, plan.baseline);
  const candidate = resolveVersion(registry, plan.candidate);
  return baseline === undefined || candidate === undefined ? undefined : { baseline, candidate };
}
