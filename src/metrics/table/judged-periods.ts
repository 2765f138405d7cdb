import type { SettledPeriod } from '../../domain/stages/period.ts';
import { withinSql } from '../../requests/table/served-periods.ts';
import type { JudgedTable } from './judged-table.ts';

/** The judged requests of one period of a live split, as a view; the table needs its column `at`. */
export async function createPeriodTable(
  { db, name }: JudgedTable,
  { settledFrom, to }: SettledPeriod,
  index: number,
): Promise<JudgedTable> {
  const view = `${name}_period_${index}`;
  await db.run(`CREATE OR REPLACE VIEW ${view} AS SELECT * FROM ${name} WHERE ${withinSql(settledFrom, to)}`);
  return { db, name: view };
}

/** Leaves in `judged` the requests of one period. @returns the table that keeps those of all */
export async function keepPeriod({ db, name }: JudgedTable, { settledFrom, to }: SettledPeriod): Promise<JudgedTable> {
  const whole = { db, name: `${name}_whole` };
  await db.run(`DROP TABLE IF EXISTS ${whole.name}; ALTER TABLE ${name} RENAME TO ${whole.name};
    CREATE TABLE ${name} AS SELECT * FROM ${whole.name} WHERE ${withinSql(settledFrom, to)}`);
  return whole;
}

/** The requests of all periods as a view in which a user of several is one unit of each version; the table needs its column `person_hash`. */
export async function createPersonTable({ db, name }: JudgedTable): Promise<JudgedTable> {
  const view = `${name}_persons`;
  await db.run(`CREATE OR REPLACE VIEW ${view} AS SELECT *
    REPLACE ((dense_rank() OVER (ORDER BY person_hash, in_canary) - 1)::INTEGER AS unit_index) FROM ${name}`);
  return { db, name: view };
}

/** The judged requests from a time on, in ms since 1970; the table needs its column `at`. */
export async function createLaterTable(judged: JudgedTable, from: number, index: number): Promise<JudgedTable> {
  const { db, name } = judged;
  const view = `${name}_later_${index}`;
  await db.run(`CREATE OR REPLACE VIEW ${view} AS SELECT * FROM ${name} WHERE epoch_ms("at") >= ${from}`);
  return { db, name: view, partOf: judged };
}
