import { resolveBoth } from './resolve-version.ts';
import type { LintRule } from './rule.ts';
import { schemaChange } from './version-change.ts';

/** A caller cannot be sent to either of two versions that take or answer different things. */
export const compatibleSchema: LintRule = {
  name: 'compatible-schema',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    const change = both === undefined ? undefined : schemaChange(both.baseline.entry, both.candidate.entry);
    if (both === undefined || change === undefined) return [];
    const { baseline, candidate } = both;
    return [
      {
        severity: 'error',
        path: ['candidate'],
        message: `${candidate.version} cannot share traffic with ${baseline.version}: ${change}`,
        hint: `release it blue-green: run ${candidate.version} beside ${baseline.version} and move the callers that are ready for it`,
      },
    ];
  },
};
