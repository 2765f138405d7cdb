import { countByFile } from '../table/copies.ts';
import type { LogSource } from '../table/live-split.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { LineCounts } from '../../domain/log/request-file-facts.ts';
import { type Database, quoteLiteral } from '../../database/database.ts';
import { type ReadOptions, roleSql } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';
import type { JoinNeeds } from './join-events.ts';
import { nameOfLog } from './answers/answer-errors.ts';

/**
 * Counts what became of the lines of each file, from the table `events` and the view `exchanges`.
 * @throws UserError (exit 5) where there are ground truths and none of them belongs to a request of the log, or requests
 * and not one response.
 */
export async function countLines({ db, options, files }: LogSource, needs: JoinNeeds): Promise<readonly LineCounts[]> {
  const lines = await countByFile(db, 'events');
  const unpacked = await countByFile(db, 'exchanges WHERE problem = 0', 'sum(instances - 1)::DOUBLE');
  const responses = needs.responses ? await countByFile(db, joinedResponses) : new Map<number, number>();
  const shadows = needs.pairs ? await countByFile(db, joinedShadows(options)) : new Map<number, number>();
  const truths = needs.truths ? await countByFile(db, truthsSql(true)) : new Map<number, number>();
  const strangers = needs.truths ? await countByFile(db, truthsSql(false)) : new Map<number, number>();
  if (needs.responses && responses.size === 0) await requireResponses(db, files);
  if (needs.truths && truths.size === 0) throw await truthsOfNothing(db, files);
  return files.map((_, file) => ({
    lines: lines.get(file) ?? 0,
    unpacked: unpacked.get(file) ?? 0,
    joined: (responses.get(file) ?? 0) + (shadows.get(file) ?? 0) + (truths.get(file) ?? 0),
    unmatched: strangers.get(file) ?? 0,
  }));
}

const joinedResponses = `events r WHERE kind = 'response' AND EXISTS (
  FROM events q WHERE q.kind = 'request' AND q.pair_key = r.pair_key AND q.served_by IS NOT DISTINCT FROM r.served_by)`;

function joinedShadows(options: ReadOptions): string {
  const asked = `(SELECT file, pair_key, ${roleSql(options)} AS role FROM events WHERE kind IN ('exchange', 'request'))`;
  return `${asked} c WHERE role = 'candidate' AND EXISTS (FROM ${asked} b WHERE b.role = 'baseline' AND b.pair_key = c.pair_key)`;
}

function truthsSql(joined: boolean): string {
  return `events t WHERE kind = 'truth' AND ${joined ? '' : 'NOT '}(
    EXISTS (FROM events e WHERE e.kind <> 'truth' AND e.pair_key = t.pair_key) OR EXISTS (FROM events e WHERE e.kind <> 'truth' AND e.id = t.pair_key))`;
}

async function truthsOfNothing(db: Database, files: readonly RequestFile[]): Promise<Error> {
  const [row = {}] = await db.rows(`SELECT any_value(pair_key) FILTER (WHERE kind = 'truth') AS truth,
    any_value(pair_key) FILTER (WHERE kind <> 'truth') AS request, count(*) FILTER (WHERE kind = 'truth') AS truths,
    any_value(file) FILTER (WHERE kind = 'truth') AS file FROM events`);
  const path = files[Number(row['file'])]?.path ?? 'the log';
  const { request } = row;
  const example = request === null || request === undefined ? 'there are no requests' : `a request's is ${request}`;
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
  throw unusableFile(`${log}: ${row['requests']} requests but not one response`, {
    hint: 'log with mode: all; a log of requests alone does not tell failures from answers',
  });
}

/**
 * Leaves one component's lines in the table `events`, where several record the same requests: a transformer's body is not
 * the predictor's, and a pair of the two would compare nothing.
 * @returns the number of other components' lines of each file, by its index.
 * @throws UserError (exit 5) where there are several and the plan names none, or one that is not there.
 */
export async function leaveOneComponent({
  db,
  options: { component },
  files,
}: LogSource): Promise<ReadonlyMap<number, number>> {
  const rows = await db.rows(`SELECT component, count(*) AS lines FROM events WHERE nullif(component, '') IS NOT NULL
    GROUP BY component ORDER BY lines DESC, component`);
  const names = rows.map((row) => String(row['component']));
  const log = nameOfLog(files);
  if (component === undefined) {
    if (names.length < 2) return new Map();
    throw unusableFile(`${log}: ${names.join(' and ')} record the same requests`, {
      hint: `write under requests: component: ${names[0]}, or whichever of ${names.join(', ')} is to be judged`,
    });
  }
  if (!names.includes(component)) {
    throw unusableFile(`${log}: no line is of the component ${component}`, {
      hint:
        names.length === 0 ? 'delete component: the log does not name any' : `write component: ${names.join(' or ')}`,
    });
  }
  const isOther = `component IS DISTINCT FROM ${quoteLiteral(component)} AND kind IN ('request', 'response', 'exchange')`;
  const left = await countByFile(db, `events WHERE ${isOther}`);
  await db.run(`DELETE FROM events WHERE ${isOther}`);
  return left;
}
