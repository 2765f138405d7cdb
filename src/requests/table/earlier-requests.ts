import { countOf } from '../../domain/format-number.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import type { ReadOptions } from '../values/read-options.ts';
import { kpiColumn } from '../values/wanted-values.ts';
import { wantedValuesOf } from '../values/read-options.ts';

/** The requests of a live split from before the candidate served any. */
export interface EarlierRequests {
  readonly requests: number;
  readonly users: number;
  /** When the candidate served its first, ISO 8601 in UTC. */
  readonly until: string;
}

/** What chance brings about less often is no chance: a split whose first users the candidate merely happened not to serve. */
const byChance = 1e-6;
/** With fewer users of either version afterwards there is nothing that the earlier requests could help to compare. */
const fewestUsers = 30;

/**
 * Takes the requests from before the candidate served any out of `requests`, where they are so many that the candidate had no traffic yet:
 * they compare no versions, and tell of each user what no version can have changed. They become the table `earlier_requests`, with `user`, `baseline_latency_ns` and the columns
 * of business metrics, as they were recorded.
 * @returns undefined where the log has no such time.
 */
export async function separateEarlier(db: Database, options: ReadOptions): Promise<EarlierRequests | undefined> {
  const start = '(SELECT min("at") FROM requests WHERE candidate_present)';
  const [counts = {}] = await db.rows(`SELECT strftime(${start}, '%Y-%m-%dT%H:%M:%S.%gZ') AS until,
      count(*) FILTER (WHERE "at" < ${start})::DOUBLE AS requests,
      count(DISTINCT unit) FILTER (WHERE "at" < ${start})::DOUBLE AS users,
      count(DISTINCT unit) FILTER (WHERE "at" >= ${start} AND candidate_present)::DOUBLE AS candidate,
      count(DISTINCT unit) FILTER (WHERE "at" >= ${start} AND baseline_present)::DOUBLE AS baseline
    FROM requests`);
  const number = (name: string) => Number(counts[name] ?? 0);
  const [candidate, baseline, users] = [number('candidate'), number('baseline'), number('users')];
  if (candidate < fewestUsers || baseline < fewestUsers) return undefined;
  if (users * Math.log1p(-candidate / (candidate + baseline)) > Math.log(byChance)) return undefined;
  const columns = ['unit AS "user"', 'baseline_latency_ns', ...kpisOf(options).map(quoteIdentifier)];
  await db.run(`CREATE OR REPLACE TABLE earlier_requests AS SELECT ${columns.join(', ')} FROM requests WHERE "at" < ${start};
    DELETE FROM requests WHERE "at" < ${start}`);
  return { requests: number('requests'), users, until: String(counts['until']) };
}

function kpisOf(options: ReadOptions): readonly string[] {
  return wantedValuesOf(options).kpis.map(kpiColumn);
}

/** Says that requests were left out, and what for. */
export function earlierNote({ requests, users, until }: EarlierRequests): string {
  return `${countOf(requests, 'request')} by ${countOf(users, 'user')} from before the candidate served any (${until}) are not compared; they show how its users behaved before`;
}
