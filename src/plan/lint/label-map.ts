import { didYouMean, writeOneOf } from '../../domain/did-you-mean.ts';
import { resolveBoth } from './resolve-version.ts';
import type { LintFinding, LintRule } from './rule.ts';

/** A label map speaks of labels that both versions have; a label that it forgets would count as an error of the candidate. */
export const labelMap: LintRule = {
  name: 'label-map',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    const map = both?.candidate.entry.compat?.labels;
    if (both === undefined || map === undefined) return [];
    const { baseline, candidate } = both;
    const [before, after] = [baseline.entry.signature.output, candidate.entry.signature.output];
    if (before.kind !== 'classification' || after.kind !== 'classification') return [];
    const at = { path: ['candidate'] } as const;
    const where = `compat.labels of ${candidate.version} in the registry`;
    const findings: LintFinding[] = [];
    for (const [own, other] of Object.entries(map)) {
      if (!after.labels.includes(own)) {
        const message = `${where} maps ${own}, which is no label of ${candidate.version}`;
        findings.push({ ...at, severity: 'error', message, hint: didYouMean(own, after.labels) });
      }
      if (!before.labels.includes(other)) {
        const message = `${where} maps ${own} to ${other}, which is no label of ${baseline.version}`;
        findings.push({ ...at, severity: 'error', message, hint: writeOneOf(other, before.labels) });
      }
    }
    const unmapped = after.labels.filter((label) => !Object.hasOwn(map, label) && !before.labels.includes(label));
    if (unmapped.length > 0) {
      const message = `${where} does not say what ${unmapped.join(', ')} means to ${baseline.version}, so such an answer counts as the error bad-label`;
      findings.push({ ...at, severity: 'warning', message, hint: 'add it to compat.labels if it has a counterpart' });
    }
    return findings;
  },
};
