import { resolveVersion } from '../../domain/resolve-version.ts';
import type { LintRule } from './rule.ts';

/** Without the hashes of its data and code nobody can tell what a version is, or make it again. */
export const recordedHashes: LintRule = {
  name: 'recorded-hashes',
  about: 'registry',
  check(plan, registry) {
    return (['baseline', 'candidate'] as const).flatMap((role) => {
      const found = resolveVersion(registry, plan[role]);
      const missing = (['data_hash', 'code_hash'] as const).filter((hash) => found?.entry[hash] === undefined);
      if (found === undefined || missing.length === 0) return [];
      return [
        {
          severity: 'warning' as const,
          path: [role],
          message: `the registry has no ${missing.join(' and no ')} of ${found.version}`,
          hint: 'record the hashes of training data and code when a version is added',
        },
      ];
    });
  },
};
