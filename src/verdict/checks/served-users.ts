import type { CheckResult } from '../../domain/evidence.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';

/** Above this share of users whom both versions served, requests were assigned and not users. */
const mostShared = 0.5;

/** Above this share it is no longer a few who lost their cookie. */
const fewMoving = 0.1;

/** Whether a live split assigned requests instead of users, so that its ratio is one of requests. */
export function assignsRequests(shared: number, units: number): boolean {
  return shared > mostShared * units;
}

/**
 * Whether each user of a live split was served by one version. One whom both served met both, and counts as two, which makes
 * intervals no narrower but the users' own view of the candidate a mixture.
 */
export function servedUsersCheck(shared: number, units: number): CheckResult {
  const name = 'served users';
  if (shared === 0) return { name, status: 'pass', detail: 'one version served each user' };
  const found = `both versions served ${formatCount(shared)} of ${countOf(units, 'user')}`;
  const detail =
    shared > fewMoving * units
      ? `${found}: the router assigns requests or moves users, so a user meets both versions and an effect of one shows on the other`
      : `${found}; the sample ratio counts each of those by the version met first`;
  return { name, status: 'warn', detail };
}
