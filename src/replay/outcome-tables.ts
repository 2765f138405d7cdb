import type { Database } from '../requests/database.ts';
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
