import { didYouMean } from '../../domain/did-you-mean.ts';
import { resolveVersion } from '../../domain/resolve-version.ts';
import type { LintRule } from './rule.ts';

/** Baseline and candidate must be in the registry. */
export const knownVersions: LintRule = {
  name: 'known-versions',
  about: 'registry',
  check(plan, registry) {
    const names = [...Object.keys(registry.aliases), ...Object.keys(registry.versions)];
    return (['baseline', 'candidate'] as const)
      .filter((role) => resolveVersion(registry, plan[role]) === undefined)
      .map((role) => ({
        severity: 'error',
        path: [role],
        message: `${role}: ${plan[role]} is not a version or alias of ${registry.model}`,
        hint: names.length === 0 ? 'add the version to the registry first' : didYouMean(plan[role], names),
      }));
  },
};
