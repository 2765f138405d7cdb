import { quoteIdentifier, type Database } from '../database/database.ts';
import type { RowRange } from './store/row-range.ts';

/** A run of requests that is read at once, and where it is in the table. */
export interface ReplayWindow extends RowRange {
  /** Sequence number of the first request, and of the first one behind the last. */
  readonly firstSeq: number;
  readonly endSeq: number;
}

export interface ReplayWindows {
  readonly rows: number;
  readonly windows: readonly ReplayWindow[];
}

/** Inputs of about so many requests are in memory at once, twice. */
const usualRows = 8192;

/**
 * Cuts a table of requests into windows of whole batches. Batches start anew in each window, so a resumed replay computes the
 * same batches as one in a single run.
 *
 * @param table a table or view with a column `seq`
 */
export async function planWindows(db: Database, table: string, batch: number): Promise<ReplayWindows> {
  const source = quoteIdentifier(table);
  const rows = Number((await db.rows(`SELECT count(*) AS n FROM ${source}`))[0]?.['n'] ?? 0);
  const windowRows = Math.ceil(usualRows / batch) * batch;
  const starts = await db.rows(`
    SELECT seq FROM (SELECT seq, row_number() OVER (ORDER BY seq) - 1 AS position FROM ${source})
    WHERE position % ${windowRows} = 0 ORDER BY seq`);
  const firsts = starts.map((row) => Number(row['seq']));
  const windows = firsts.map((firstSeq, index) => ({
    from: index * windowRows,
    to: Math.min((index + 1) * windowRows, rows),
    firstSeq,
    endSeq: firsts[index + 1] ?? Number.MAX_SAFE_INTEGER,
  }));
  return { rows, windows };
}
