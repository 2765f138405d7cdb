import { quoteIdentifier, type Database } from '../requests/database.ts';

/** A run of requests, by their sequence numbers; `to` is the first one that is not in it. */
export interface PartRange {
  readonly part: number;
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** How the requests of a replay are cut into parts, which depends on nothing but the requests and the batch size. */
export interface PartPlan {
  readonly rows: number;
  readonly partRows: number;
  readonly ranges: readonly PartRange[];
}

/** About so many parts: each is work that an interruption cannot take back, and a file to write and read. */
const usualParts = 16;
const fewestRows = 1024;
const mostRows = 8192;

/**
 * Cuts a table of requests into parts of equal size. Batches start anew in each part, so a resumed replay computes the
 * same batches as one in a single run.
 *
 * @param table a table or view with a column `seq`
 */
export async function planParts(db: Database, table: string, batch: number): Promise<PartPlan> {
  const source = quoteIdentifier(table);
  const rows = Number((await db.rows(`SELECT count(*) AS n FROM ${source}`))[0]?.['n'] ?? 0);
  const wanted = Math.min(mostRows, Math.max(fewestRows, Math.ceil(rows / usualParts)));
  const partRows = Math.ceil(wanted / batch) * batch;
  const starts = await db.rows(`
    SELECT seq FROM (SELECT seq, row_number() OVER (ORDER BY seq) - 1 AS position FROM ${source})
    WHERE position % ${partRows} = 0 ORDER BY seq`);
  const firsts = starts.map((row) => Number(row['seq']));
  const ranges = firsts.map((from, part) => ({
    part,
    from,
    to: firsts[part + 1] ?? Number.MAX_SAFE_INTEGER,
    rows: Math.min(partRows, rows - part * partRows),
  }));
  return { rows, partRows, ranges };
}
