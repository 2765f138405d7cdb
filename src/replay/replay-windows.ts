import { quoteIdentifier, type Database } from '../database/database.ts';
import type { RowRange } from './store/row-range.ts';
import type { SampleStrata } from './store/sample-strata.ts';

/** A run of requests that is read and stored as one, and where it is in the table. */
export interface ReplayWindow extends RowRange {
  /** Sequence number of the first request, and of the last one. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Among the requests of one such number, that the first and the last have; see `SampleStrata`. */
  readonly stratum: number;
  /** Tells its requests from any others: 64 hex digits of what each asks and, where labels are read, of its true label, in order. */
  readonly digest: string;
}

/** Requests that are cut into windows. */
export interface CutRequests {
  /** Table or view of them, with the columns `seq` and `input`, and `unit` where there are strata. */
  readonly table: string;
  /** Which of them make windows of their own; all together where absent. */
  readonly strata?: Pick<SampleStrata, 'sql'> | undefined;
  /** Whether the table also has the true labels, `label VARCHAR`, so that their scores are kept. */
  readonly truth?: boolean;
}

export interface ReplayWindows {
  readonly rows: number;
  readonly windows: readonly ReplayWindow[];
}

/** Inputs of about so many requests are in memory at once, twice. */
const usualRows = 8192;

/** How many requests a window has, of a version that computes so many at once. */
export function windowRows(batch: number): number {
  return Math.ceil(usualRows / batch) * batch;
}

/**
 * The SQL of a window's digest, over its requests.
 * @param order the column that they are in order of
 * @param truth whether the true labels count
 */
export function windowDigest(order: string, truth: boolean): string {
  const label = truth ? `coalesce('=' || label, '')` : `''`;
  // The length tells where the input ends, so that no label can be taken for a part of it.
  const asked = `sha256(length(coalesce(input, 'null')) || ':' || coalesce(input, 'null') || ${label})`;
  return `sha256(string_agg(left(${asked}, 32), '' ORDER BY ${order}))`;
}

/**
 * Cuts a table of requests into windows of whole batches. Batches start anew in each window, so a resumed replay, and one that several
 * processes share, computes the same batches as one in a single run. A window is known by what its requests ask and not by the log they
 * are from, so that a log which grew has the windows that it had. Each stratum is cut by itself.
 *
 * @param batch how many requests are computed at once
 */
export async function planWindows(
  db: Database,
  { table, strata, truth = false }: CutRequests,
  batch: number,
): Promise<ReplayWindows> {
  const rowsOfWindow = windowRows(batch);
  const columns = truth ? 'seq, input, label' : 'seq, input';
  const found = await db.rows(`
    SELECT stratum, place // ${rowsOfWindow} AS number, count(*) AS rows, min(seq) AS first_seq, max(seq) AS last_seq,
      ${windowDigest('place', truth)} AS digest
    FROM (SELECT ${columns}, stratum, row_number() OVER (PARTITION BY stratum ORDER BY seq) - 1 AS place
      FROM (SELECT *, ${stratumOf(strata)} AS stratum FROM ${quoteIdentifier(table)}))
    GROUP BY stratum, number ORDER BY stratum, number`);
  let rows = 0;
  const windows = found.map((row) => {
    const from = rows;
    rows += Number(row['rows']);
    return {
      from,
      to: rows,
      firstSeq: Number(row['first_seq']),
      lastSeq: Number(row['last_seq']),
      stratum: Number(row['stratum']),
      digest: String(row['digest']),
    };
  });
  return { rows, windows };
}

/** A query of `seq` and of the request's place among all windows' rows, from 0. */
export function placesSql({ table, strata }: CutRequests): string {
  return `SELECT seq, row_number() OVER (ORDER BY ${stratumOf(strata)}, seq) - 1 AS place FROM ${quoteIdentifier(table)}`;
}

/** A SQL condition: the request is of the window. */
export function inWindowSql(
  strata: CutRequests['strata'],
  { firstSeq, lastSeq, stratum }: Pick<ReplayWindow, 'firstSeq' | 'lastSeq' | 'stratum'>,
): string {
  return `seq BETWEEN ${firstSeq} AND ${lastSeq} AND ${stratumOf(strata)} = ${stratum}`;
}

function stratumOf(strata: CutRequests['strata']): string {
  return strata?.sql ?? '0';
}
