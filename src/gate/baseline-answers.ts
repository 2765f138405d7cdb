import { unusableFile } from '../domain/errors.ts';
import { formatCount } from '../domain/format-number.ts';
import type { Database } from '../requests/database.ts';

/**
 * Refuses to judge against a replayed baseline that answered nothing. It serves in production, so it is not set up here as it
 * is there; a candidate set up in the same way fails alike, and would be taken back for what is not its fault.
 * @param table the baseline's outcomes, as `loadOutcomes` makes them
 * @throws UserError (exit 5)
 */
export async function requireBaselineAnswers(db: Database, table: string, version: string): Promise<void> {
  const [counted] = await db.rows(
    `SELECT count(*) AS requests, count(error) AS failed, mode(error ORDER BY error) AS kind,
       min_by(coalesce(detail, ''), seq) AS detail FROM ${table}`,
  );
  const { requests, failed, kind, detail } = counted ?? {};
  if (requests === 0 || requests !== failed) return;
  const why = detail === '' || typeof detail !== 'string' ? '' : `, the first because: ${detail}`;
  throw unusableFile(
    `Version ${version}, which serves now, answered none of ${formatCount(Number(requests))} requests here (mostly ${String(kind)})${why}`,
    {
      hint: 'Set it up as it is in production, then write --fresh: nothing can be compared with a baseline that does not work.',
    },
  );
}
