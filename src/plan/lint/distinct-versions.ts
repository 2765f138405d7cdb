import { resolveBoth } from '../../domain/resolve-version.ts';
import type { LintRule } from './rule.ts';

/** A version cannot replace itself. */
export const distinctVersions: LintRule = {
  name: 'distinct-versions',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    if (both === undefined || both.baseline.version !== both.candidate.version) return [];
    const baseline =
      plan.baseline === both.baseline.version
        ? `baseline ${plan.baseline}`
        : `baseline ${plan.baseline} (${both.baseline.version})`;
    return [
      {
        severity: 'error',
        path: ['candidate'],
        message: `candidate: ${plan.candidate} is the same version as the ${baseline}`,
        hint: 'write the version that should replace it',
      },
    ];
  },
};
