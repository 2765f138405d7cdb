import { writeOneOf } from '../../domain/did-you-mean.ts';
import { roles } from '../../domain/role.ts';
import { thresholdsOf } from '../../domain/threshold.ts';
import { resolveBoth } from '../../domain/resolve-version.ts';
import type { LintFinding, LintRule } from './rule.ts';

/** A threshold cuts the score of the second of two labels, and names a version that the plan compares. */
export const applicableThreshold: LintRule = {
  name: 'applicable-threshold',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    const { threshold } = plan;
    if (both === undefined || threshold === undefined) return [];
    const versions = { baseline: both.baseline.version, candidate: both.candidate.version };
    const findings: LintFinding[] = [];
    const written = typeof threshold === 'number' ? [] : Object.keys(threshold);
    const names = [...roles, ...Object.values(versions)];
    for (const name of written.filter((each) => !names.includes(each))) {
      const message = `threshold: ${name} is neither of the two versions`;
      findings.push({
        severity: 'error',
        path: ['threshold', name],
        at: 'key',
        message,
        hint: writeOneOf(name, names),
      });
    }
    for (const role of roles) {
      if (!written.includes(role) || !written.includes(versions[role])) continue;
      const message = `threshold: ${versions[role]} is the ${role}, which has a different one`;
      findings.push({
        severity: 'error',
        path: ['threshold', versions[role]],
        at: 'key',
        message,
        hint: 'keep one of the two',
      });
    }
    const applied = thresholdsOf(threshold, versions);
    for (const role of roles) {
      const { output } = both[role].entry.signature;
      if (applied[role] === undefined || (output.kind === 'classification' && output.labels.length === 2)) continue;
      const has = output.kind === 'classification' ? `has ${output.labels.length}` : 'is a regression';
      const message = `threshold: it takes two labels, and ${versions[role]} ${has}`;
      const hint = typeof threshold === 'number' ? 'delete it' : `delete it, or name only the other version`;
      findings.push({ severity: 'error', path: ['threshold'], message, hint });
    }
    return findings;
  },
};
