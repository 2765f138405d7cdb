import { type Database, quoteIdentifier } from '../database/database.ts';
import { type CutRequests, inWindowSql, type ReplayWindow } from './replay-windows.ts';

/** The requests of a window, in order. */
export interface WindowRows {
  /** One JSON text per request. */
  readonly inputs: readonly string[];
  /** The true label of each request; empty where they are not to be scored. */
  readonly trueLabels: readonly (string | null)[];
}

/** Reads a window of a table of requests. */
export async function tableRows(
  db: Database,
  { table, strata, truth = false }: CutRequests,
  window: ReplayWindow,
): Promise<WindowRows> {
  const columns = truth ? 'input, label' : 'input';
  const within = inWindowSql(strata, window);
  return await rowsOf(db, `SELECT ${columns} FROM ${quoteIdentifier(table)} WHERE ${within} ORDER BY seq`, truth);
}

/** The requests that a query finds. @param truth whether it has the column `label` too */
export async function rowsOf(db: Database, sql: string, truth: boolean): Promise<WindowRows> {
  const inputs: string[] = [];
  const trueLabels: (string | null)[] = [];
  for await (const rows of db.stream(sql)) {
    for (const input of rows.strings('input')) inputs.push(input ?? 'null');
    if (truth) for (const label of rows.strings('label')) trueLabels.push(label);
  }
  return { inputs, trueLabels };
}
