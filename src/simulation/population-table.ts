import type { JudgedTable } from '../metrics/table/judged-table.ts';
import type { Database } from '../database/database.ts';

/**
 * Makes the table `population` from the table `judged` with its columns `id` and `at`: the same requests with `record`, their place by unit
 * and then time. Where only a sample was timed, the others borrow the times of a timed request, picked by their id, so that
 * any of them can be in a simulated sample.
 */
export async function createPopulation(db: Database, timedSample: boolean): Promise<void> {
  const times = ['baseline_latency_ns', 'candidate_latency_ns'];
  const order = 'row_number() OVER (ORDER BY unit_index, "at", id) - 1 AS record';
  if (!timedSample) {
    await db.run(`CREATE OR REPLACE TABLE population AS SELECT ${order}, * FROM judged`);
    return;
  }
  const timed = '(judged.baseline_latency_ns IS NOT NULL OR judged.candidate_latency_ns IS NOT NULL)';
  const borrowed = times.map((time) => `CASE WHEN ${timed} THEN judged.${time} ELSE donor.${time} END AS ${time}`);
  await db.run(
    `CREATE OR REPLACE TABLE population AS
     WITH donor AS (SELECT row_number() OVER (ORDER BY id) - 1 AS place, ${times.join(', ')} FROM judged WHERE ${timed}),
       donors AS (SELECT greatest(1, count(*))::UBIGINT AS many FROM donor)
     SELECT ${order}, judged.* REPLACE (${borrowed.join(', ')})
     FROM judged CROSS JOIN donors LEFT JOIN donor ON donor.place = (hash(judged.id) % donors.many)`,
  );
}

/** Makes the table that a run's requests are appended to. @returns its name */
export async function createDrawnTable(db: Database, part: string): Promise<string> {
  const name = `drawn${part}`;
  await db.run(
    `CREATE OR REPLACE TABLE ${name} (record BIGINT, scenario INTEGER, drawn_user INTEGER, drawn_in_canary BOOLEAN)`,
  );
  return name;
}

/** The judged requests of a run as a view, made from what was appended. */
export async function createDrawnView(db: Database, drawn: string): Promise<JudgedTable> {
  const name = `judged_${drawn}`;
  const replaced = ['drawn_user AS unit_index', 'drawn_in_canary AS in_canary'];
  await db.run(
    `CREATE OR REPLACE VIEW ${name} AS
     SELECT * REPLACE (${replaced.join(', ')}) FROM ${drawn} JOIN scenarios USING (record, scenario)`,
  );
  return { db, name };
}
