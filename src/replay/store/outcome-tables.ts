import { messageOf, unusableFile } from '../../domain/errors.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { type CutRequests, placesSql } from '../replay-windows.ts';
import type { OutcomePart } from './outcome-store.ts';
import { createTable } from './parquet-table.ts';
import { scoredIn, storedNumbers, toldIn } from '../../domain/scores/answer-numbers.ts';

/** The columns of outcomes beside the one that tells whose they are. */
const outcomeValues = {
  error: 'VARCHAR',
  label: 'VARCHAR',
  value: 'DOUBLE',
  score: 'DOUBLE',
  ...storedNumbers(scoredIn()),
  detail: 'VARCHAR',
  retries: 'UTINYINT',
  ...storedNumbers(toldIn()),
} as const;

/** The columns of stored outcomes. `place` is the request's among those of its window, from 0, whichever log that window is of. */
export const outcomeColumns = { place: 'INTEGER', ...outcomeValues } as const;

/** Outcomes in the store, and the requests that they are of. */
export interface ReplayedOutcomes {
  readonly version: string;
  readonly parts: readonly OutcomePart[];
  /** How many requests there are. */
  readonly rows: number;
  /** The requests, cut as their windows are. */
  readonly requests: CutRequests;
}

/**
 * Makes a table of a replayed version's outcomes: `seq BIGINT`, `error VARCHAR` (null for an answer), `label VARCHAR`,
 * `value DOUBLE`, `score DOUBLE` (of the label), `detail VARCHAR` (what went wrong, for an error), `retries UTINYINT` (how often it was
 * sent again; null for none), and the numbers of `scoredNumbers` and `toldNumbers` (null where nobody knows). The label of a free answer is its text.
 *
 * @param table its name, such as `baseline_outcomes`; replaced if it is there
 */
export async function loadOutcomes(
  db: Database,
  table: string,
  outcomes: Pick<ReplayedOutcomes, 'parts' | 'requests'>,
): Promise<void> {
  await createTable(db, table, { seq: 'BIGINT', ...outcomeValues });
  if (outcomes.parts.length === 0) return;
  await db.run(`INSERT INTO ${quoteIdentifier(table)} BY NAME ${storedOutcomes(outcomes)} ORDER BY seq`);
}

/** The query of stored outcomes, of which there are some: `seq` and the columns of outcomes. */
export function storedOutcomes({ parts, requests }: Pick<ReplayedOutcomes, 'parts' | 'requests'>): string {
  const starts = parts.map(({ path, from }) => `(${quoteLiteral(path)}, ${from})`);
  // Two windows that ask the same have one file.
  const files = [...new Set(parts.map(({ path }) => quoteLiteral(path)))];
  return `SELECT seq, stored.* EXCLUDE (place, filename)
    FROM (SELECT * FROM read_parquet([${files.join(', ')}], filename => true)) AS stored
    JOIN (VALUES ${starts.join(', ')}) AS starts(filename, start) USING (filename)
    JOIN (${placesSql(requests)}) AS asked
      ON asked.place = starts.start + stored.place`;
}

/**
 * The same for a finished replay.
 *
 * @throws UserError (exit 5) where the store no longer has one outcome for each request, which another canary may have brought about
 */
export async function loadReplayed(db: Database, table: string, outcomes: ReplayedOutcomes): Promise<void> {
  const { version, rows } = outcomes;
  const hint = 'Run it again when no other canary replays the same; --fresh replays again.';
  try {
    await loadOutcomes(db, table, outcomes);
  } catch (error) {
    if (!messageOf(error).startsWith('IO Error')) throw error;
    throw unusableFile(`The stored outcomes of ${version} cannot be read: ${messageOf(error)}`, { hint, cause: error });
  }
  const name = quoteIdentifier(table);
  const [found] = await db.rows(`SELECT count(*) AS n, count(DISTINCT seq) AS seqs FROM ${name}`);
  if (found?.['n'] === rows && found['seqs'] === rows) return;
  throw unusableFile(`The store holds ${String(found?.['n'])} outcomes of ${version} for ${rows} requests.`, { hint });
}
