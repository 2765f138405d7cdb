import type { RequestFileFacts } from '../domain/log/request-file-facts.ts';
import type { MarkedSince, RecordMarks } from '../domain/log/record-marks.ts';
import type { LogReading } from '../domain/log/log-reading.ts';
import type { NewestRequest } from '../domain/log/newest-request.ts';
import { pathOf } from '../domain/log/record-path.ts';
import { logFormatTraits } from '../domain/log/log-format.ts';
import { resolveCopies, joinLongPairs, longPairs, pairsNote } from './table/copies.ts';
import { type Database, quoteIdentifier } from '../database/database.ts';
import { couldHold } from './files/scan-records.ts';
import { type DigestedReading, readAndDigest } from './read-files.ts';
import { type LogSource, isLiveSplit, separateSharedUnits, tellsErrors } from './table/live-split.ts';
import { nothingAccepted, requireSegments } from './explain/nothing-accepted.ts';
import type { Role } from '../domain/role.ts';
import { type ReadOptions, recordedRoles, namesOfRole } from './values/read-options.ts';
import { reasonCode, rejectReasons } from './table/reject-reason.ts';
import { areSmall, resolveRequestFiles } from './files/request-files.ts';
import { screenLatencies, latencyNotes } from './table/screen-latencies.ts';
import { countLeftOut, leftOutNotes, requireFilterFields, totalLeftOut } from './explain/left-out.ts';
import { markRecords } from './table/record-marks.ts';
import { markedSince } from './table/marked-since.ts';
import { earlierNote, separateEarlier } from './table/earlier-requests.ts';
import { countLosses } from './table/losses.ts';
import { leaveYoungLabels, youngNote } from './table/mature-labels.ts';
import { newestRequests } from './table/newest-requests.ts';
import { bookkeepingColumns, createRequestTable, requestColumns } from './table/request-table.ts';
import { type RequestTotals, requestTotals } from './table/request-totals.ts';
import { decideErrors } from './values/error.ts';
import { failSilentAnswers, holdAgainstModels } from './table/hold-against-models.ts';
import { leaveOnlyPeriods } from './table/served-periods.ts';
import { countUnsampled, sampleNote } from './table/unit-sample.ts';
import { outsideWindowSql } from './table/window-sql.ts';

export interface RequestFacts {
  readonly files: readonly RequestFileFacts[];
  readonly totals: RequestTotals;
  /** Tells which request each `seq` is, of an ordered table: another digest where any other is accepted, or in another place. */
  readonly order: string;
  readonly reading: LogReading;
  /** What the next look knows the accepted records by, and what became of those that were marked before; absent where nobody asks. */
  readonly marks?: RecordMarks;
  readonly since?: MarkedSince;
  /** Of each file that has any. */
  readonly newest: readonly NewestRequest[];
  /** How the log was read where that does not go without saying, a clause each. */
  readonly notes: readonly string[];
}

/**
 * Reads the requests of a log into the table `requests` of the database: one row per accepted request, in no order unless
 * `ordered`. Its columns: `seq` BIGINT (only when `ordered`: 0, 1, … in the order of time and id), `id` VARCHAR, `at`
 * TIMESTAMP (UTC; a keyword, so SQL needs `requests.at` or quotes), `unit` VARCHAR, `input` VARCHAR (JSON text; only when
 * asked for), `label` VARCHAR (what is not a string as its JSON text), per dimension `segmentColumn(name)` VARCHAR, and for
 * each recorded role `<role>_present` BOOLEAN, `_latency_ns` BIGINT (NULL: not recorded), `_error` VARCHAR, `_label`
 * VARCHAR (of a number its text), `_value` DOUBLE (of an answer that is a number), `_score` DOUBLE. What `numbers` wants comes on top.
 *
 * A record that cannot be used costs only itself and is counted by reason. Blank lines are not records.
 * @throws UserError (exit 5) for files that cannot be used, a field that no record has, and a log without one good record.
 */
export async function readRequests(db: Database, options: ReadOptions): Promise<RequestFacts> {
  const files = await resolveRequestFiles(options.folder, options.files);
  if (!areSmall(files)) await db.useCores();
  const log = { db, options, files };
  await createRequestTable(db, options);
  const readings = await readAndDigest(log);
  const unsampled = await countUnsampled(db, options);
  const columns = requestColumns(options).map(([name]) => name);
  const told = { maySayNothing: isLiveSplit(options), fine: options.values?.fine ?? [] };
  const recorded = recordedRoles(options).map(([role]) => role);
  const errorNumbers = await decideErrors(db, recorded, told);
  const pairs = await longPairs(db, options);
  const copies = await resolveCopies(db, columns, pairs === undefined ? ['id'] : ['id', 'candidate_present']);
  const joined = pairs === undefined ? undefined : await joinLongPairs(db, options, columns);
  await requireFilterFields(log);
  const reasons = await countReasons(db);
  const leftOut = await countLeftOut(db, options);
  const facts = readings.map((reading, file) =>
    factsOf(reading, reasons.get(file) ?? new Map(), {
      collapsed: copies.get(file) ?? 0,
      leftOut: leftOut.get(file),
      joined: joined?.get(file) ?? 0,
      unsampled: unsampled.get(file),
    }),
  );
  const live = isLiveSplit(options) && pairs === undefined;
  const losses = live ? await countLosses(db, options) : [];
  const young = await leaveYoungLabels(db, options.labelsMatureAfterMs);
  // Before any of them are left out for their time, which is what may be wrong.
  const newest = await newestRequests(db, files);
  const outsideWindow = await leaveOnlyAccepted(db, options);
  const marked = await markAndCompare(db, options);
  const earlier = live && options.apart === true ? await separateEarlier(db, options) : undefined;
  const outsidePeriods =
    live && options.periods !== undefined ? await leaveOnlyPeriods(db, options.periods) : undefined;
  if (isLiveSplit(options) && options.format !== 'canary') await failSilentAnswers(db, options);
  const totals = await requestTotals(db, options, facts, outsideWindow, {
    holdsErrors: await placesForErrors(log),
    leftOut: totalLeftOut(leftOut, options),
    live,
    losses,
    ...(outsidePeriods === undefined ? {} : { outsidePeriods }),
    ...(earlier === undefined ? {} : { earlier }),
  });
  if (totals.accepted === 0 && !isBetweenPeriods(totals)) throw await nothingAccepted(log, totals, facts);
  if (totals.accepted > 0) await requireSegments(log);
  const sharedUnits = totals.live ? await separateSharedUnits(db) : 0;
  const reading = await holdAgainstModels(db, options, errorNumbers, totals);
  const latency = await screenLatencies(log);
  const order = await finishTable(db, options, columns);
  const notes = [
    ...readings.flatMap(({ file, notes: own = [] }) => own.map((note) => `${file.path}: ${note}`)),
    ...leftOutNotes(options, totals.leftOut, totals.rows),
    ...(options.sample === undefined ? [] : [sampleNote(options.sample, totals.unsampled, totals.rows)]),
    ...(pairs === undefined ? [] : [pairsNote(pairs)]),
    ...latencyNotes(options, latency),
    ...(young === undefined ? [] : [youngNote(young)]),
    ...(earlier === undefined ? [] : [earlierNote(earlier)]),
  ];
  return { files: facts, totals: { ...totals, sharedUnits, latency }, order, reading, newest, notes, ...marked };
}

async function markAndCompare(db: Database, options: ReadOptions): Promise<Pick<RequestFacts, 'marks' | 'since'>> {
  if (options.marks === undefined) return {};
  const { before } = options.marks;
  const since = before === undefined ? undefined : await markedSince(db, options, before);
  const marks = await markRecords(db, options);
  return { ...(marks === undefined ? {} : { marks }), ...(since === undefined ? {} : { since }) };
}

/** Whether a log has good records, and none of a known period. */
function isBetweenPeriods({ outsidePeriods, rows, rejected }: RequestTotals): boolean {
  return outsidePeriods !== undefined && rows > rejected;
}

async function placesForErrors(log: LogSource): Promise<RequestTotals['holdsErrors']> {
  const { db, options, files } = log;
  const held: Partial<Record<Role, boolean>> = {};
  if (options.format !== 'canary') {
    const holds =
      logFormatTraits[options.format].errors === true && (!isLiveSplit(options) || (await tellsErrors(log)));
    return Object.fromEntries(recordedRoles(options).map(([role]) => [role, holds]));
  }
  for (const [role] of recordedRoles(options)) {
    const { outcomes, served } = options.fields;
    const paths =
      served === undefined
        ? namesOfRole(options, role).map((name) => [...pathOf(outcomes), name, 'error'])
        : [pathOf(served.error)];
    const each = await inTurn(files, async (file) =>
      (await inTurn(paths, (path) => couldHold(db, file, path))).some(Boolean),
    );
    held[role] = each.every(Boolean) && (served === undefined || (await tellsErrors(log)));
  }
  return held;
}

async function inTurn<Item, T>(items: readonly Item[], work: (item: Item) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** Reason's code to number of records, by file index; code 0 counts the good records. */
async function countReasons(db: Database): Promise<ReadonlyMap<number, ReadonlyMap<number, number>>> {
  const counted = await db.columns('SELECT file, reason, count(*) AS records FROM requests GROUP BY file, reason');
  const byFile = new Map<number, Map<number, number>>();
  for (const [row, file] of counted.numbers('file').entries()) {
    const byReason = byFile.get(file) ?? new Map<number, number>();
    byFile.set(file, byReason.set(counted.numbers('reason')[row] ?? 0, counted.numbers('records')[row] ?? 0));
  }
  return byFile;
}

/** Records of a file that are no requests of their own. */
interface ReadApart {
  readonly collapsed: number;
  readonly leftOut: RequestFileFacts['leftOut'];
  readonly joined: number;
  readonly unsampled: number | undefined;
}

function factsOf(
  { file, digest, furtherUnreadable, lines }: DigestedReading,
  reasons: ReadonlyMap<number, number>,
  { collapsed, leftOut, joined, unsampled }: ReadApart,
): RequestFileFacts {
  const rejected: Record<string, number> = {};
  for (const reason of rejectReasons) {
    const count = (reasons.get(reasonCode(reason)) ?? 0) + (reason === 'unreadable' ? furtherUnreadable : 0);
    if (count > 0) rejected[reason] = count;
  }
  const inTable = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  const rows = inTable + furtherUnreadable + collapsed + (unsampled ?? 0);
  return {
    path: file.path,
    ...digest,
    rows,
    rejected,
    collapsed,
    ...(leftOut === undefined ? {} : { leftOut }),
    ...(unsampled === undefined ? {} : { unsampled }),
    ...(lines === undefined ? {} : { lines }),
    // Where pairs are in long form, the second record of each became part of the first.
    ...(joined === 0 ? {} : { lines: { lines: rows + joined, unpacked: 0, joined, unmatched: 0 } }),
  };
}

/** @returns how many good records are outside the window. */
async function leaveOnlyAccepted(db: Database, options: ReadOptions): Promise<number> {
  const outside = await outsideWindowSql(db, options);
  const [row] = await db.rows(`SELECT count(*) AS records FROM requests WHERE reason = 0 AND ${outside}`);
  await db.run(`DELETE FROM requests WHERE reason <> 0 OR ${outside}`);
  return Number(row?.['records'] ?? 0);
}

/** Gives the table its final columns, in order where that is asked for. @returns a digest of which request each `seq` is; empty without an order */
async function finishTable(db: Database, options: ReadOptions, columns: readonly string[]): Promise<string> {
  if (!options.ordered) {
    const spare = bookkeepingColumns(options).map(([name]) => `ALTER TABLE requests DROP COLUMN ${name}`);
    await db.run(spare.join('; '));
    return '';
  }
  await db.run(`CREATE OR REPLACE TABLE ordered_requests AS
    SELECT row_number() OVER (ORDER BY "at", id) - 1 AS seq, ${columns.map(quoteIdentifier).join(', ')} FROM requests;
    DROP TABLE requests;
    ALTER TABLE ordered_requests RENAME TO requests`);
  const [row] = await db.rows(
    "SELECT count(*)::VARCHAR || ':' || bit_xor(md5_number(seq || ':' || id))::VARCHAR AS digest FROM requests",
  );
  return String(row?.['digest']);
}
