import { uncompressed } from '../containers/uncompressed.ts';
import type { RequestFile } from '../files/request-files.ts';

/** Where records of a file begin, as lines from 1. */
export interface RecordLines {
  /** The line of each record that could be read, by its place among them, from 1. */
  readonly records: ReadonlyMap<number, number>;
  /** The line of each unreadable record, by its row. */
  readonly unreadable: ReadonlyMap<number, number>;
}

/**
 * The lines on which some records of a text file begin. A table's header is no record, blank lines are none, and a quoted value of
 * a table may span lines.
 * @param wanted places among the records that could be read, from 1.
 * @param unreadable rows (see `UnreadableRecord`) that are not counted there.
 * @returns undefined for a file that has no lines (Parquet) or that Node cannot decompress (.zst).
 */
export async function recordLines(
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
