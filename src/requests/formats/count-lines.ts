import type { LogSource } from '../table/live-split.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { LineCounts } from '../../domain/log/request-file-facts.ts';
import type { Database } from '../../database/database.ts';
import { type ReadOptions, roleSql } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';
import type { JoinNeeds } from './join-events.ts';

/**
 * Counts what became of the lines of each file, from the table `events` and the view `exchanges`.
 * @throws UserError (exit 5) where there are ground truths and none of them belongs to a request of the log, or requests
 * and not one response.
 */
export async function countLines({ db, options, files }: LogSource, needs: JoinNeeds): Promise<readonly LineCounts[]> {
  const lines = await countBy(db, 'SELECT file, count(*) AS lines FROM events GROUP BY file');
  const unpacked = await countBy(
    db,
    'SELECT file, sum(instances - 1)::DOUBLE AS lines FROM exchanges WHERE problem = 0 GROUP BY file',
  );
  const responses = needs.responses ? await countBy(db, joinedResponses) : new Map<number, number>();
  const shadows = needs.pairs ? await countBy(db, joinedShadows(options)) : new Map<number, number>();
  const truths = needs.truths ? await countBy(db, truthsSql(true)) : new Map<number, number>();
  const strangers = needs.truths ? await countBy(db, truthsSql(false)) : new Map<number, number>();
  if (needs.responses && responses.size === 0) await requireResponses(db, files);
  if (needs.truths && truths.size === 0) throw await truthsOfNothing(db, files);
  return files.map((_, file) => ({
    lines: lines.get(file) ?? 0,
    unpacked: unpacked.get(file) ?? 0,
    joined: (responses.get(file) ?? 0) + (shadows.get(file) ?? 0) + (truths.get(file) ?? 0),
    unmatched: strangers.get(file) ?? 0,
  }));
}

const joinedResponses = `SELECT file, count(*) AS lines FROM events r WHERE kind = 'response' AND EXISTS (
    FROM events q WHERE q.kind = 'request' AND q.pair_key = r.pair_key AND q.served_by IS NOT DISTINCT FROM r.served_by)
  GROUP BY file`;

function joinedShadows(options: ReadOptions): string {
  return `WITH roles AS (SELECT file, pair_key, ${roleSql(options)} AS role FROM events WHERE kind IN ('exchange', 'request'))
    SELECT file, count(*) AS lines FROM roles c WHERE role = 'candidate'
      AND EXISTS (FROM roles b WHERE b.role = 'baseline' AND b.pair_key = c.pair_key) GROUP BY file`;
}

function truthsSql(joined: boolean): string {
  return `SELECT file, count(*) AS lines FROM events t WHERE kind = 'truth' AND ${joined ? '' : 'NOT '}EXISTS (
      FROM events e WHERE e.kind <> 'truth' AND (e.pair_key = t.pair_key OR e.id = t.pair_key))
    GROUP BY file`;
}

async function countBy(db: Database, sql: string): Promise<ReadonlyMap<number, number>> {
  const counted = await db.columns(sql);
  const lines = counted.numbers('lines');
  return new Map([...counted.numbers('file')].map((file, row) => [file, lines[row] ?? 0]));
}

async function truthsOfNothing(db: Database, files: readonly RequestFile[]): Promise<Error> {
  const [row = {}] = await db.rows(`SELECT any_value(pair_key) FILTER (WHERE kind = 'truth') AS truth,
    any_value(pair_key) FILTER (WHERE kind <> 'truth') AS request, count(*) FILTER (WHERE kind = 'truth') AS truths,
    any_value(file) FILTER (WHERE kind = 'truth') AS file FROM events`);
  const path = files[Number(row['file'])]?.path ?? 'the log';
  const { request } = row;
  const example =
    request === null || request === undefined ? 'there is no request at all' : `a request's is ${request}`;
  return unusableFile(`${path}: none of the ${row['truths']} ground truths belongs to a request of the log`, {
    hint: `their eventId must be a request's inferenceId, or its eventId where it has none (a truth's is ${row['truth']}, ${example})`,
  });
}

/** A logger that was told to log requests alone says nothing of failures. */
async function requireResponses(db: Database, files: readonly RequestFile[]): Promise<void> {
  const [row = {}] = await db.rows(`SELECT count(*) FILTER (WHERE kind = 'request') AS requests,
    count(*) FILTER (WHERE kind = 'response') AS responses FROM events`);
  const log = files.map(({ path }) => path).join(', ');
  if (Number(row['responses']) > 0) {
    throw unusableFile(`${log}: none of the ${row['responses']} responses belongs to a request of the log`, {
      hint: 'name the files of the requests too; a request and its response have the same id',
    });
  }
  throw unusableFile(`${log}: ${row['requests']} requests and not one response`, {
    hint: 'log with mode: all; a log of requests alone does not tell failures from answers',
  });
}
