import { resolveBoth } from '../../domain/resolve-version.ts';
import type { LintRule } from './rule.ts';
import { onlyLabelsChange, schemaChange } from '../../domain/version-change.ts';

/**
 * A caller cannot be sent to either of two versions that take or answer different things, unless a label map makes the
 * answers of one those of the other.
 */
export const compatibleSchema: LintRule = {
  name: 'compatible-schema',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    const change = both === undefined ? undefined : schemaChange(both.baseline.entry, both.candidate.entry);
    if (both === undefined || change === undefined) return [];
    const { baseline, candidate } = both;
    const labels = onlyLabelsChange(baseline.entry, candidate.entry);
    const bridged = candidate.entry.compat !== undefined || plan.withoutLabelMap !== undefined;
    if (labels !== undefined && bridged) return [];
    const map =
      labels === undefined
        ? ''
        : `add compat.labels to ${candidate.version} in the registry, which says what its labels are for callers of ${baseline.version}, or write withoutLabelMap: REASON if they need none; otherwise `;
    return [
      {
        severity: 'error',
        path: ['candidate'],
        message: `${candidate.version} cannot share traffic with ${baseline.version}: ${change}`,
        hint: `${map}release it blue-green: run ${candidate.version} beside ${baseline.version} and move the callers that are ready for it`,
      },
    ];
  },
};
