import type { Database } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';
import { type ReadOptions, recordedRoles } from '../values/read-options.ts';
import { leftOutCode } from './reject-reason.ts';
import { inSampleSql } from './unit-sample.ts';
import { outsideWindowSql } from './window-sql.ts';

/** Per user of a version: records, and how many of them are lost; in no order. */
export interface UserLosses {
  readonly requests: Float64Array;
  readonly sum: Float64Array;
}

/** Records of a live split that do not count, beside those that do. */
export interface Losses {
  readonly by: 'where' | 'rejected';
  readonly users: Readonly<Record<Role, UserLosses>>;
}

/**
 * What each version of a live split lost by `where` and by rejects, before anything is deleted. A record that `where` leaves out counts where it
 * would be a request: a probe of health has no user, and comes to a version as often whatever its share of the traffic is. A rejected record
 * without a user is one of its own. Of a sample of users, only what its own lost counts, and what has no user as often by its id.
 * @returns only what lost anything.
 */
export async function countLosses(db: Database, options: ReadOptions): Promise<readonly Losses[]> {
  const roles = recordedRoles(options).map(([role]) => role);
  if (roles.length < 2) return [];
  const inWindow = `NOT coalesce(${await outsideWindowSql(db, options)}, false) AND ${inSampleSql(options.sample, 'coalesce(unit, id)')}`;
  const leftOut = `reason = ${leftOutCode}`;
  const kinds = [
    { by: 'where', lost: leftOut, among: `${leftOut} AND id IS NOT NULL AND "at" IS NOT NULL AND unit IS NOT NULL` },
    { by: 'rejected', lost: 'reason <> 0', among: `reason <> 0 AND reason <> ${leftOutCode}` },
  ] as const;
  const found: Losses[] = [];
  for (const { by, lost, among } of kinds) {
    const [any] = await db.rows(`SELECT count(*) AS records FROM requests WHERE ${among}`);
    if (Number(any?.['records']) === 0) continue;
    const of = async (role: Role) =>
      await usersOf(db, lost, `${inWindow} AND ${role}_present AND (reason = 0 OR (${among}))`);
    const users = { baseline: await of('baseline'), candidate: await of('candidate') };
    if (roles.some((role) => users[role].sum.some((records) => records > 0))) found.push({ by, users });
  }
  return found;
}

async function usersOf(db: Database, lost: string, condition: string): Promise<UserLosses> {
  const rows = await db.columns(`SELECT requests, lost FROM (
      SELECT count(*)::DOUBLE AS requests, (count(*) FILTER (WHERE ${lost}))::DOUBLE AS lost FROM requests
      WHERE ${condition} GROUP BY coalesce('u' || unit, 'r' || rowid))
    ORDER BY requests, lost`);
  return { requests: rows.numbers('requests'), sum: rows.numbers('lost') };
}
