import { writeOneOf } from '../../domain/did-you-mean.ts';
import { resolveVersion } from '../../domain/resolve-version.ts';
import type { LintRule } from './rule.ts';

/** A name in the log that is translated to a version that does not exist would count for neither side. */
export const servedVersions: LintRule = {
  name: 'served-versions',
  about: 'registry',
  check: (plan, registry) =>
    [plan.requests, ...Object.values(plan.sources ?? {})].flatMap(({ name: source, versions = {} }) =>
      Object.entries(versions).flatMap(([name, version]) => {
        if (version === plan.baseline || resolveVersion(registry, version) !== undefined) return [];
        const names = [...Object.keys(registry.aliases), ...Object.keys(registry.versions)];
        return [
          {
            severity: 'error' as const,
            path: [...(source === undefined ? ['requests'] : ['sources', source]), 'versions', name],
            message: `versions: the registry knows no version ${version}`,
            hint: writeOneOf(version, names),
          },
        ];
      }),
    ),
};
