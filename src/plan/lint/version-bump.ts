import { compare, inc, parse, type SemVer } from 'semver';
import { resolveBoth } from '../../domain/resolve-version.ts';
import type { LintFinding, LintRule } from './rule.ts';
import { bumpBetween, changeBetween, type ChangeSize, isSmaller } from '../../domain/version-change.ts';
import type { Role } from '../../domain/role.ts';

/** A version number should not promise a smaller change than the one that it stands for. */
export const versionBump: LintRule = {
  name: 'version-bump',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    if (both === undefined || both.baseline.version === both.candidate.version) return [];
    const before = parse(both.baseline.version);
    const after = parse(both.candidate.version);
    if (before === null) return [notSemantic('baseline', both.baseline.version)];
    if (after === null) return [notSemantic('candidate', both.candidate.version)];

    const { size, because } = changeBetween(both.baseline.entry, both.candidate.entry);
    const hint = `publish it as ${nextVersion(before, size)}`;
    if (compare(after, before) <= 0) {
      return [error('candidate', `candidate: ${after.version} is not above the baseline ${before.version}`, hint)];
    }
    const bump = bumpBetween(before, after);
    if (!isSmaller(bump, size)) return [];
    const message = `candidate: ${after.version} is a ${bump} step from ${before.version} but a ${size} change: ${because}`;
    return [error('candidate', message, hint)];
  },
};

function nextVersion(before: SemVer, size: ChangeSize): string {
  const releases = { MAJOR: 'major', MINOR: 'minor', PATCH: 'patch' } as const;
  return inc(before.version, releases[size]) ?? before.version;
}

function notSemantic(role: Role, version: string): LintFinding {
  return error(role, `${role}: ${version} is not a semantic version`, 'name versions MAJOR.MINOR.PATCH, such as 1.5.0');
}

function error(role: Role, message: string, hint: string): LintFinding {
  return { severity: 'error', path: [role], message, hint };
}
