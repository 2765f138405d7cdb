import type { Role } from '../domain/role.ts';
import { resolveVersion } from '../plan/lint/resolve-version.ts';
import type { Rollout } from './rollout.ts';

/**
 * Which of the two versions each name in a serving system's log is: what the plan's `versions` say, and a version's own
 * number where they say nothing of it. Names of other versions are left out.
 */
export function servedAs({
  plan,
  registry,
  baseline,
  candidate,
}: Pick<Rollout, 'plan' | 'registry' | 'baseline' | 'candidate'>): Readonly<Record<string, Role>> {
  const roles: Record<string, Role> = { [baseline.version]: 'baseline', [candidate.version]: 'candidate' };
  for (const [name, written] of Object.entries(plan.requests.versions ?? {})) {
    // What the plan calls a version is that version, also once the alias has moved on.
    const version = written === plan.baseline ? baseline.version : resolveVersion(registry, written)?.version;
    if (version === baseline.version) roles[name] = 'baseline';
    else if (version === candidate.version) roles[name] = 'candidate';
    else delete roles[name];
  }
  return roles;
}
