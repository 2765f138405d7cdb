import type { RequestFileFacts } from '../domain/evidence.ts';
import { messageOf, unusableFile, UserError } from '../domain/errors.ts';
import { resolveCopies } from './copies.ts';
import { type Database, quoteIdentifier } from './database.ts';
import { fileDigest, type FileDigest } from './file-digest.ts';
import { formatOf } from './formats/record-format.ts';
import { isLiveSplit, separateSharedUnits, tellsErrors } from './live-split.ts';
import { nothingAccepted, requireSegments } from './nothing-accepted.ts';
import { type ReadOptions, recordedRoles, type Role, wantedFields } from './read-options.ts';
import { reasonCode, rejectReasons } from './reject-reason.ts';
import { type RequestFile, resolveRequestFiles } from './request-files.ts';
import { createRequestTable, insertRecords, requestColumns } from './request-table.ts';
import { type RequestTotals, requestTotals } from './request-totals.ts';
import { outsideWindowSql } from './window-sql.ts';

export interface RequestFacts {
  readonly files: readonly RequestFileFacts[];
  readonly totals: RequestTotals;
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
  await createRequestTable(db, options);
  const readings = await readAndDigest(db, options, files);
  const columns = requestColumns(options).map(([name]) => name);
  const copies = await resolveCopies(db, columns);
  const reasons = await countReasons(db);
  const facts = readings.map((reading, file) =>
    factsOf(reading, reasons.get(file) ?? new Map(), copies.get(file) ?? 0),
  );
  const outsideWindow = await leaveOnlyAccepted(db, options);
  const totals = await requestTotals(db, options, facts, outsideWindow, await placesForErrors(db, options, files));
  if (totals.accepted === 0) throw await nothingAccepted(db, options, files, totals);
  await requireSegments(db, options, files);
  const sharedUnits = isLiveSplit(options) ? await separateSharedUnits(db) : 0;
  await finishTable(db, options, columns);
  return { files: facts, totals: { ...totals, sharedUnits } };
}

async function placesForErrors(
  db: Database,
  options: ReadOptions,
  files: readonly RequestFile[],
): Promise<RequestTotals['holdsErrors']> {
  const held: Partial<Record<Role, boolean>> = {};
  for (const [role, version] of recordedRoles(options)) {
    const { outcomes, served } = options.fields;
    const path = served === undefined ? [...outcomes.split('.'), version, 'error'] : served.error.split('.');
    const each = await inTurn(
      files,
      (file) => formatOf(file.path)?.couldHold(db, file.absolutePath, path) ?? Promise.resolve(false),
    );
    held[role] = each.every(Boolean) && (served === undefined || (await tellsErrors(db, options, files)));
  }
  return held;
}

interface FileReading {
  readonly file: RequestFile;
  readonly digest: FileDigest;
  /** Unreadable records that are not in the table; negative where the table has some twice. */
  readonly furtherUnreadable: number;
}

/** Digests the files on this thread while DuckDB reads them on others. */
async function readAndDigest(
  db: Database,
  options: ReadOptions,
  files: readonly RequestFile[],
): Promise<FileReading[]> {
  const [digests, unreadable] = await Promise.allSettled([
    inTurn(files, fileDigest),
    inTurn(files, (file, index) => readFile(db, options, file, index)),
  ]);
  // A damaged file fails on both sides; the digest knows better what is wrong with it.
  if (digests.status === 'rejected') throw digests.reason;
  if (unreadable.status === 'rejected') throw unreadable.reason;
  return files.map((file, index) => {
    const digest = digests.value[index];
    if (digest === undefined) throw new RangeError('a file was not digested');
    return { file, digest, furtherUnreadable: unreadable.value[index] ?? 0 };
  });
}

async function inTurn<T>(
  files: readonly RequestFile[],
  work: (file: RequestFile, index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const [index, file] of files.entries()) results.push(await work(file, index));
  return results;
}

async function readFile(db: Database, options: ReadOptions, file: RequestFile, index: number): Promise<number> {
  const format = formatOf(file.path);
  if (format === undefined) throw new RangeError(`${file.path} has no format`);
  try {
    const scan = await format.scan(db, file.absolutePath, wantedFields(options));
    await insertRecords(db, options, scan, index);
    return await scan.furtherUnreadable();
  } catch (error) {
    throw fileError(file, format.name, error);
  }
}

/** What DuckDB says of a file or of the disk is the user's to mend; what it says of the query is a bug and stays one. */
function fileError({ path }: RequestFile, format: string, error: unknown): unknown {
  const reason = /^(?:Invalid Input|IO|Conversion|Serialization|Out of Memory) Error: ([^\n]+)/u.exec(
    messageOf(error),
  )?.[1];
  if (error instanceof UserError || reason === undefined) return error;
  if (reason.includes('maximum_object_size')) {
    return unusableFile(`${path}: a line is longer than 16 MiB, the most that a record may take`, {
      hint: 'check that the records end in line ends, or leave out what is so large',
      cause: error,
    });
  }
  if (reason.includes('state machine')) {
    return unusableFile(`${path}: the lines end in different ways, so rows cannot be told apart`, {
      hint: 'write every line end as \\n, for instance with dos2unix',
      cause: error,
    });
  }
  return unusableFile(`${path}: cannot be read as ${format}: ${reason}`, { cause: error });
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

function factsOf(
  { file, digest, furtherUnreadable }: FileReading,
  reasons: ReadonlyMap<number, number>,
  collapsed: number,
): RequestFileFacts {
  const rejected: Record<string, number> = {};
  for (const reason of rejectReasons) {
    const count = (reasons.get(reasonCode(reason)) ?? 0) + (reason === 'unreadable' ? furtherUnreadable : 0);
    if (count > 0) rejected[reason] = count;
  }
  const inTable = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  return { path: file.path, ...digest, rows: inTable + furtherUnreadable + collapsed, rejected, collapsed };
}

/** @returns how many good records are outside the window. */
async function leaveOnlyAccepted(db: Database, options: ReadOptions): Promise<number> {
  const outside = await outsideWindowSql(db, options);
  const [row] = await db.rows(`SELECT count(*) AS records FROM requests WHERE reason = 0 AND ${outside}`);
  await db.run(`DELETE FROM requests WHERE reason <> 0 OR ${outside}`);
  return Number(row?.['records'] ?? 0);
}

/** Gives the table its final columns. */
async function finishTable(db: Database, options: ReadOptions, columns: readonly string[]): Promise<void> {
  if (!options.ordered) {
    await db.run('ALTER TABLE requests DROP COLUMN file; ALTER TABLE requests DROP COLUMN reason');
    return;
  }
  await db.run(`CREATE OR REPLACE TABLE ordered_requests AS
    SELECT row_number() OVER (ORDER BY "at", id) - 1 AS seq, ${columns.map(quoteIdentifier).join(', ')} FROM requests;
    DROP TABLE requests;
    ALTER TABLE ordered_requests RENAME TO requests`);
}
