import type { Assignment } from '../../domain/plan.ts';
import { schemes } from '../../assignment/schemes.ts';
import type { Database } from '../../database/database.ts';

/** Units that are hashed before they are handed to the database. */
const batchUnits = 65_536;

/**
 * Makes the table `units` from the table `requests`: `unit` VARCHAR, `unit_index` INTEGER (its place among the sorted
 * units, from 0) and `bucket` DOUBLE in [0, 1). The units pass through JavaScript in batches, so millions of them fit.
 * @returns the number of units.
 */
export async function assignUnits(db: Database, { scheme, salt }: Assignment): Promise<number> {
  const bucketOf = schemes[scheme];
  await db.run('CREATE OR REPLACE TABLE units (unit VARCHAR, unit_index INTEGER, bucket DOUBLE)');
  let next = 0;
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    const first = next;
    await db.append('units', [batch, batch.map((_, row) => first + row), batch.map((unit) => bucketOf(salt, unit))]);
    next += batch.length;
    batch = [];
  };
  for await (const chunk of db.stream('SELECT DISTINCT unit FROM requests ORDER BY unit')) {
    for (const unit of chunk.strings('unit')) if (unit !== null) batch.push(unit);
    if (batch.length >= batchUnits) await flush();
  }
  await flush();
  return next;
}
