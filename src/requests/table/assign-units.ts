import { invalidInput } from '../../domain/errors.ts';
import type { Assignment } from '../../domain/exposure/assignment.ts';
import { ambiguousUnits, isAmbiguous } from '../../assignment/encoding.ts';
import { bucketerOf } from '../../assignment/schemes.ts';
import type { Database } from '../../database/database.ts';

/** Units that are hashed before they are handed to the database. */
const batchUnits = 65_536;

/**
 * Makes the table `units` from the table `requests`: `unit` VARCHAR, `unit_index` INTEGER (its place among the sorted
 * units, from 0) and `bucket` DOUBLE in [0, 1). The units pass through JavaScript in batches, so millions of them fit.
 * @returns the number of units.
 * @throws UserError (exit 2) where the assignment leaves open into which bucket some of them go.
 */
export async function assignUnits(db: Database, assignment: Assignment): Promise<number> {
  const bucketOf = bucketerOf(assignment);
  await db.run('CREATE OR REPLACE TABLE units (unit VARCHAR, unit_index INTEGER, bucket DOUBLE)');
  let next = 0;
  let batch: string[] = [];
  let ambiguous = 0;
  let example = '';
  const flush = async (): Promise<void> => {
    const first = next;
    const unclear = batch.filter((unit) => isAmbiguous(assignment, unit));
    if (ambiguous === 0) example = unclear[0] ?? '';
    ambiguous += unclear.length;
    await db.append('units', [batch, batch.map((_, row) => first + row), batch.map((unit) => bucketOf(unit))]);
    next += batch.length;
    batch = [];
  };
  for await (const chunk of db.stream('SELECT DISTINCT unit FROM requests ORDER BY unit')) {
    for (const unit of chunk.strings('unit')) if (unit !== null) batch.push(unit);
    if (batch.length >= batchUnits) await flush();
  }
  await flush();
  if (ambiguous > 0) {
    const { message, hint } = ambiguousUnits(assignment, ambiguous, example);
    throw invalidInput(message, { hint });
  }
  return next;
}
