import { type LogSpan, logSpan } from '../../domain/log/log-span.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import type { Database } from '../../database/database.ts';
import type { LatencyReading } from './screen-latencies.ts';
import type { EarlierRequests } from './earlier-requests.ts';
import type { Losses } from './losses.ts';
import type { OutsidePeriods } from './served-periods.ts';
import type { Role } from '../../domain/role.ts';
import { type ReadOptions, recordedRoles } from '../values/read-options.ts';

/** What `where` leaves out. */
export interface LeftOut {
  readonly records: number;
  readonly roles: Readonly<Partial<Record<Role, number>>>;
}

/** What was read, over all files. `rows` = `accepted` + `rejected` + `collapsed` + `outsideWindow` + `leftOut` + `unsampled`, and those of `earlier`. */
export interface RequestTotals {
  readonly rows: number;
  /** Requests in the table `requests`. */
  readonly accepted: number;
  readonly rejected: number;
  readonly collapsed: number;
  /** Records that `where` leaves out, and of each version whose outcomes were read, those that it answered. */
  readonly leftOut: LeftOut;
  /** What each version of a live split lost, where it lost any; empty for pairs. */
  readonly losses: readonly Losses[];
  /** Whether who served a user decides the cohort: a live split, and no pairs in long form. */
  readonly live: boolean;
  /** What became of each version's recorded latencies. */
  readonly latency: Readonly<Partial<Record<Role, LatencyReading>>>;
  /** Good records of units outside the sample, copies among them. */
  readonly unsampled: number;
  /** Good records before `from` or not before `to`. */
  readonly outsideWindow: number;
  /** Of a live split whose periods are known, good records that none of them counts. */
  readonly outsidePeriods?: OutsidePeriods;
  /** Good records of a live split from before the candidate served any, where they were set apart. */
  readonly earlier?: EarlierRequests;
  readonly units: number;
  /** The units of a live split that both versions served; each was made two, one per version. */
  readonly sharedUnits: number;
  /** Times of the first and last accepted request, ISO 8601 in UTC; null where there is none. */
  readonly first: string | null;
  readonly last: string | null;
  /** The same without requests that are far from all others. */
  readonly span: LogSpan;
  /** Accepted requests that have an outcome, of each version whose outcomes were read. */
  readonly outcomes: Readonly<Partial<Record<Role, number>>>;
  /** Whether every file has a place for the version's errors; where one has none, the absence of an error means nothing. */
  readonly holdsErrors: Readonly<Partial<Record<Role, boolean>>>;
}

/** Counts the table `requests` once only accepted records are in it, and adds up what the files came to. */
export async function requestTotals(
  db: Database,
  options: ReadOptions,
  files: readonly RequestFileFacts[],
  outsideWindow: number,
  told: Pick<RequestTotals, 'holdsErrors' | 'leftOut' | 'live' | 'losses' | 'earlier' | 'outsidePeriods'>,
): Promise<RequestTotals> {
  const roles = recordedRoles(options).map(([role]) => role);
  const [counts = {}] = await db.rows(`SELECT count(*) AS accepted, count(DISTINCT unit) AS units,
    ${roles.map((role) => `count(*) FILTER (WHERE ${role}_present) AS ${role}, `).join('')}
    strftime(min("at"), '%Y-%m-%dT%H:%M:%S.%gZ') AS first, strftime(max("at"), '%Y-%m-%dT%H:%M:%S.%gZ') AS last FROM requests`);
  const { first, last } = counts;
  return {
    rows: sum(files.map(({ rows }) => rows)),
    accepted: Number(counts['accepted']),
    rejected: sum(files.flatMap(({ rejected }) => Object.values(rejected))),
    collapsed: sum(files.map(({ collapsed }) => collapsed)),
    unsampled: sum(files.map(({ unsampled = 0 }) => unsampled)),
    outsideWindow,
    units: Number(counts['units']),
    sharedUnits: 0,
    latency: {},
    first: typeof first === 'string' ? first : null,
    last: typeof last === 'string' ? last : null,
    span: await spanOf(db),
    ...told,
    outcomes: Object.fromEntries(roles.map((role) => [role, Number(counts[role])])),
  };
}

/** The times between which a table has requests, without those that are far from all others. */
export async function spanOf(db: Database, table = 'requests'): Promise<LogSpan> {
  const minutes = await db.columns(`SELECT epoch_ms(min("at"))::DOUBLE AS first, epoch_ms(max("at"))::DOUBLE AS last,
    count(*)::DOUBLE AS requests FROM ${table} GROUP BY date_trunc('minute', "at") ORDER BY first`);
  const [firsts, lasts, counts] = ['first', 'last', 'requests'].map((name) => minutes.numbers(name));
  return logSpan(
    Array.from(firsts ?? [], (first, row) => ({ first, last: lasts?.[row] ?? first, requests: counts?.[row] ?? 0 })),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
