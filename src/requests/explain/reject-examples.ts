import type { LogSource } from '../table/live-split.ts';
import { shownPaths } from '../../domain/log/field-paths.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { scanRecords } from '../files/scan-records.ts';
import type { UnreadableRecord } from '../containers/record-scan.ts';
import { importedRejects } from '../formats/imported-rejects.ts';
import { type ReadOptions, recordedSegments, wantedFields } from '../values/read-options.ts';
import { examplesEach, reasonCode, rejectReasons, type RejectReason } from '../table/reject-reason.ts';
import type { RequestFile } from '../files/request-files.ts';
import { decodedRecordsSql, requestColumns } from '../table/request-table.ts';
import { uncompressed } from '../containers/uncompressed.ts';

/** A record that was left out. */
export interface RejectExample {
  readonly reason: RejectReason;
  /** Relative to the plan's folder. */
  readonly file: string;
  /** Where it begins, from 1; absent where a file has no lines. */
  readonly line?: number;
  /** Its place among the records that could be read, from 1; absent for one that could not. */
  readonly record?: number;
  readonly why: string;
}

/**
 * The first records of each file that are left out, three for each reason: reads the files once more, one after the other and in their
 * own order, which `readRequests` has no need of.
 */
export async function rejectExamples(log: LogSource): Promise<readonly RejectExample[]> {
  const { db, options, files } = log;
  if (options.format !== 'canary') return await importedRejects(log);
  await db.run('SET threads = 1; SET preserve_insertion_order = true');
  const found: RejectExample[] = [];
  await db.run('CREATE OR REPLACE TABLE seen_records (file INTEGER, record BIGINT, id VARCHAR, content UBIGINT)');
  const skipped: (readonly UnreadableRecord[])[] = [];
  for (const [index, file] of files.entries()) {
    const scan = await scanRecords(db, file, wantedFields(options), { decimal: options.decimal });
    const rows = await firstRejects(db, options, scan.sql, index);
    await scan.furtherUnreadable();
    const unreadable = scan.unreadable?.() ?? [];
    skipped.push(unreadable);
    found.push(...(await placed(file, rows, unreadable)));
  }
  for (const [index, file] of files.entries()) {
    found.push(...(await placed(file, await conflictingCopies(db, index), skipped[index] ?? [], false)));
  }
  await db.run('DROP TABLE seen_records');
  return ofEachReason(found);
}

interface RejectRow {
  readonly record: number;
  readonly reason: RejectReason;
  readonly why: string;
}

async function firstRejects(
  db: Database,
  options: ReadOptions,
  recordsSql: string,
  file: number,
): Promise<RejectRow[]> {
  const segments = Object.fromEntries(recordedSegments(options));
  const content = requestColumns({ ...options, segments }).map(([name]) => quoteIdentifier(name));
  await db.run(`CREATE OR REPLACE TABLE decoded_records AS
    SELECT reason, id, record, CASE WHEN reason <> 0 THEN ${problemSql(options)} END AS why, hash(${content.join(', ')}) AS content
    FROM (SELECT *, row_number() OVER () AS record FROM (${decodedRecordsSql(options, recordsSql)}))`);
  await db.run(`INSERT INTO seen_records SELECT ${file}, record, id, content FROM decoded_records WHERE reason = 0`);
  const rows = await db.rows(`SELECT record, reason, why FROM decoded_records WHERE reason <> 0
    QUALIFY row_number() OVER (PARTITION BY reason ORDER BY record) <= ${examplesEach} ORDER BY reason, record`);
  await db.run('DROP TABLE decoded_records');
  return rows.flatMap((row) => {
    const reason = rejectReasons[Number(row['reason']) - 1];
    return reason === undefined ? [] : [{ record: Number(row['record']), reason, why: String(row['why'] ?? '') }];
  });
}

async function conflictingCopies(db: Database, file: number): Promise<RejectRow[]> {
  const rows = await db.rows(`SELECT record, id FROM seen_records WHERE file = ${file} AND id IN (
      SELECT id FROM seen_records GROUP BY id HAVING min(content) <> max(content))
    ORDER BY record LIMIT ${examplesEach}`);
  return rows.map((row) => ({
    record: Number(row['record']),
    reason: 'conflicting-copies',
    why: `another record has the id ${JSON.stringify(row['id'])} and says something else`,
  }));
}

async function placed(
  source: RequestFile,
  rows: readonly RejectRow[],
  unreadable: readonly UnreadableRecord[],
  tellsUnreadable = true,
): Promise<RejectExample[]> {
  const { path: file } = source;
  const told = tellsUnreadable ? unreadable.slice(0, examplesEach) : [];
  if (rows.length === 0 && told.length === 0) return [];
  const wanted = new Set(rows.map(({ record }) => record));
  const lines = await recordLines(source, wanted, new Set(unreadable.map(({ row }) => row)));
  return [
    ...told.map(({ row, why }): RejectExample => {
      return { reason: 'unreadable', file, ...atLine(lines?.unreadable.get(row)), why: firstLine(why) };
    }),
    ...rows.map(({ record, reason, why }) => ({ reason, file, ...atLine(lines?.records.get(record)), record, why })),
  ];
}

function atLine(line: number | undefined): { readonly line?: number } {
  return line === undefined ? {} : { line };
}

function ofEachReason(examples: readonly RejectExample[]): readonly RejectExample[] {
  return rejectReasons.flatMap((reason) =>
    examples.filter((example) => example.reason === reason).slice(0, examplesEach),
  );
}

/** A clause that says what is wrong with the record, with the value that is. */
function problemSql(options: ReadOptions): string {
  const { fields } = options;
  const branches: [RejectReason, string][] = [
    ['unreadable', `'it is not a JSON object'`],
    ['missing-id', quoteLiteral(`it has no ${shownPaths(fields.id)}`)],
    ['missing-timestamp', quoteLiteral(`it has no ${shownPaths(fields.timestamp)}`)],
    ['bad-timestamp', `${quoteLiteral(`${shownPaths(fields.timestamp)} is not a time: `)} || ${shown('timestamp')}`],
    ['missing-unit', quoteLiteral(`it has no ${shownPaths(fields.unit)}`)],
    ['missing-input', quoteLiteral(`it has no ${fields.input}`)],
    ['bad-input', quoteLiteral(`${fields.input} holds NaN or Infinity, which JSON has not`)],
    ['missing-served-by', quoteLiteral(`it has no ${fields.served?.by ?? 'version'}`)],
  ];
  if (fields.served !== undefined)
    branches.push([
      'other-version',
      `${quoteLiteral(`${fields.served.by} is neither version: `)} || ${shown('served_by')}`,
    ]);
  return `CASE reason ${branches.map(([reason, sql]) => `WHEN ${reasonCode(reason)} THEN ${sql}`).join(' ')} ELSE '' END`;
}

function firstLine(text: string): string {
  return /^[^\r\n]*/u.exec(text)?.[0] ?? '';
}

/** As much of a value as a sentence has room for. */
function shown(column: string): string {
  return `left(${column}, 80)`;
}

/** Where records of a file begin, as lines from 1. */
interface RecordLines {
  /** The line of each record that could be read, by its place among them, from 1. */
  readonly records: ReadonlyMap<number, number>;
  /** The line of each unreadable record, by its row. */
  readonly unreadable: ReadonlyMap<number, number>;
}

/**
 * The lines on which some records of a text file begin. A table's header is not a record, blank lines are none, and a quoted value of
 * a table may span lines.
 * @param wanted places among the records that could be read, from 1.
 * @param unreadable rows (see `UnreadableRecord`) that are not counted there.
 * @returns undefined for a file that has no lines (Parquet) or that Node cannot decompress (.zst).
 */
async function recordLines(
  file: RequestFile,
  wanted: ReadonlySet<number>,
  unreadable: ReadonlySet<number>,
): Promise<RecordLines | undefined> {
  if (file.compression === 'zstd' || file.container === 'parquet') return undefined;
  const isTable = file.container === 'csv';
  const found = { records: new Map<number, number>(), unreadable: new Map<number, number>() };
  const [lastRecord, lastRow] = [Math.max(0, ...wanted), Math.max(0, ...unreadable)];
  // The header of a table counts as the record before the first.
  let record = isTable ? -1 : 0;
  let row = 0;
  let line = 0;
  let quotes = 0;
  for await (const text of linesOf(file)) {
    line += 1;
    const begins = quotes % 2 === 0;
    if (isTable) quotes += text.split('"').length - 1;
    if (!begins) continue;
    row += 1;
    if (text.trim() === '') continue;
    if (unreadable.has(row)) found.unreadable.set(row, line);
    else record += 1;
    if (wanted.has(record) && !found.records.has(record)) found.records.set(record, line);
    if (record >= lastRecord && row >= lastRow) break;
  }
  return found;
}

async function* linesOf(file: RequestFile): AsyncGenerator<string> {
  const { createInterface } = await import('node:readline');
  yield* createInterface({ input: uncompressed(file), crlfDelay: Infinity });
}
