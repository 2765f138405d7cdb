import { writeOneOf } from '../../domain/did-you-mean.ts';
import { labelMapProblems } from '../../domain/label-map.ts';
import { resolveBoth } from '../../domain/resolve-version.ts';
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
    const findings = labelMapProblems(baseline, candidate).map(({ message, hint }): LintFinding => ({
      ...at,
      severity: 'error',
      message: `${where} ${message}`,
      hint,
    }));
    const unmapped = after.labels.filter((label) => !Object.hasOwn(map, label) && !before.labels.includes(label));
    if (unmapped.length > 0) {
      const message = `${where} does not say what ${unmapped.join(', ')} means to ${baseline.version}, so such an answer counts as the error bad-label`;
      findings.push({ ...at, severity: 'warning', message, hint: 'add it to compat.labels if it has a counterpart' });
    }
    return findings;
  },
};

/** What the plan calls labels are labels of a version: a name that leads nowhere would make every such truth wrong. */
export const labelNames: LintRule = {
  name: 'label-names',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    if (both === undefined) return [];
    const labels = [both.baseline, both.candidate].flatMap(({ entry: { signature } }) =>
      signature.output.kind === 'classification' ? signature.output.labels : [],
    );
    const { labelNames: names = {}, otherLabels = [] } = plan.requests;
    if (labels.length === 0) {
      const keys = [...Object.keys(names).slice(0, 1), ...otherLabels.slice(0, 1)];
      return keys.map((key) => ({
        path: ['requests', key === otherLabels[0] ? 'otherLabels' : 'labelNames'],
        severity: 'error',
        message: `${plan.model} answers numbers, not labels`,
        hint: 'delete the key',
      }));
    }
    const known = [...new Set([...labels, ...otherLabels])];
    return Object.entries(names)
      .filter(([, label]) => !known.includes(label))
      .map(([name, label]) => ({
        path: ['requests', 'labelNames', name],
        severity: 'error',
        message: `labelNames: ${name} leads to ${label}, which is not a label of ${both.baseline.version} or ${both.candidate.version}`,
        hint: writeOneOf(label, known),
      }));
  },
};
