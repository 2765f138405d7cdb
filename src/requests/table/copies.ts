import { type Database, quoteIdentifier } from '../../database/database.ts';
import { reasonCode } from './reject-reason.ts';

/**
 * Leaves one record per id in the table `requests`: identical copies collapse into the one of the first file, copies that
 * differ in any of the columns all get the reason `conflicting-copies`, since nobody can say which is right.
 * @param identity the columns that say which records are of one request; two versions may each have one.
 * @returns the number of collapsed copies by file index.
 */
export async function resolveCopies(
  db: Database,
  columns: readonly string[],
  identity: readonly string[] = ['id'],
): Promise<ReadonlyMap<number, number>> {
  const key = identity.join(', ');
  const hashed = `hash(${key})`;
  // Hashes find the few ids in question without holding every id; what shares a hash is then told apart by the id.
  await db.run(`CREATE OR REPLACE TABLE copied_hashes AS
    SELECT ${hashed} AS id_hash FROM requests WHERE reason = 0 GROUP BY id_hash HAVING count(*) > 1`);
  const content = `hash(${columns.map(quoteIdentifier).join(', ')})`;
  await db.run(`CREATE OR REPLACE TABLE copied_ids AS
    SELECT ${key}, arg_min(row, file) AS kept, min(content) <> max(content) AS conflicting FROM (
      SELECT ${key}, file, rowid AS row, ${content} AS content FROM requests
      WHERE reason = 0 AND ${hashed} IN (SELECT id_hash FROM copied_hashes))
    GROUP BY ${key} HAVING count(*) > 1`);
  const same = identity.map((name) => `requests.${name} = copied_ids.${name}`).join(' AND ');
  const copies = `${same} AND reason = 0`;
  const spare = `${copies} AND NOT conflicting AND requests.rowid <> kept`;
  const collapsed = await db.columns(
    `SELECT file, count(*) AS records FROM requests, copied_ids WHERE ${spare} GROUP BY file`,
  );
  await db.run(`
    DELETE FROM requests USING copied_ids WHERE ${spare};
    UPDATE requests SET reason = ${reasonCode('conflicting-copies')} FROM copied_ids WHERE ${copies} AND conflicting;
    DROP TABLE copied_hashes;
    DROP TABLE copied_ids`);
  const records = collapsed.numbers('records');
  return new Map([...collapsed.numbers('file')].map((file, row) => [file, records[row] ?? 0]));
}
