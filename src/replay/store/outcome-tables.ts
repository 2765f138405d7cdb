import { messageOf, unusableFile } from '../../domain/errors.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { loadParquet } from './parquet-table.ts';

/** The columns of stored outcomes. */
export const outcomeColumns = {
  seq: 'BIGINT',
  error: 'VARCHAR',
  label: 'VARCHAR',
  value: 'DOUBLE',
  score: 'DOUBLE',
  true_score: 'FLOAT',
  positive_score: 'FLOAT',
  detail: 'VARCHAR',
  retries: 'UTINYINT',
} as const;

/**
 * Makes a table of a replayed version's outcomes: `seq BIGINT`, `error VARCHAR` (null for an answer), `label VARCHAR`,
 * `value DOUBLE`, `score DOUBLE` (of the label), `true_score FLOAT` (of the true label), `positive_score FLOAT` (of the positive label,
 * see `positiveLabel`), `detail VARCHAR` (what went wrong, for an error), `retries UTINYINT` (how often it was
 * sent again; null for none).
 *
 * @param table its name, such as `baseline_outcomes`; replaced if it is there
 * @param files the Parquet files of the replay
 */
export async function loadOutcomes(db: Database, table: string, files: readonly string[]): Promise<void> {
  await loadParquet(db, table, outcomeColumns, files);
}

/**
 * The same for a finished replay.
 *
 * @throws UserError (exit 5) where the store no longer has one outcome for each request, which another canary may have brought about
 */
export async function loadReplayed(
  db: Database,
  table: string,
  { version, files, rows }: { readonly version: string; readonly files: readonly string[]; readonly rows: number },
): Promise<void> {
  const hint = 'Run it again when no other canary replays the same; --fresh replays anew.';
  try {
    await loadOutcomes(db, table, files);
  } catch (error) {
    if (!messageOf(error).startsWith('IO Error')) throw error;
    throw unusableFile(`The stored outcomes of ${version} cannot be read: ${messageOf(error)}`, { hint, cause: error });
  }
  const name = quoteIdentifier(table);
  const [found] = await db.rows(`SELECT count(*) AS n, count(DISTINCT seq) AS seqs FROM ${name}`);
  if (found?.['n'] === rows && found['seqs'] === rows) return;
  throw unusableFile(`The store holds ${String(found?.['n'])} outcomes of ${version} for ${rows} requests.`, { hint });
}
