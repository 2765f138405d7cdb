import type { Role } from '../../domain/role.ts';
import { quoteLiteral } from '../../database/database.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import type { QuantilePoint } from './quantile-reader.ts';

/** What quantiles are asked of: requests of a cohort that have all the sides' latencies, in all or by a dimension's values. */
export interface QuantileSubject {
  readonly probability: number;
  readonly sides: readonly Role[];
  /** Condition on the judged table. */
  readonly within: string;
  /** Quoted column of the dimension; absent where the requests are taken together. */
  readonly dimension?: string | undefined;
}

/** The quantiles, and a table of how many of each unit's requests are at or below them. */
export interface QuantileCountsTable {
  readonly judged: JudgedTable;
  readonly subject: QuantileSubject;
  /** Rows `segment` VARCHAR (the dimension's value), `unit_index`, `requests` DOUBLE and `at_most0`, `at_most1` DOUBLE, a row per unit and value. */
  readonly name: string;
  /** By the dimension's value; by the empty string where there is no dimension. */
  readonly points: ReadonlyMap<string, readonly QuantilePoint[]>;
}

const nanosecondsPerMs = 1e6;

/**
 * Finds the sample quantiles and counts each unit's requests at or below them, for all values
 * of a dimension at once: sorting and grouping a whole dimension costs little more than one of its values.
 * @param name of the table to make, and part of the name of another.
 */
export async function countQuantiles(
  judged: JudgedTable,
  subject: QuantileSubject,
  name: string,
): Promise<QuantileCountsTable> {
  const { db } = judged;
  const { probability, sides, dimension } = subject;
  const points = `${name}_points`;
  const segment = dimension ?? "''";
  const condition = timed(subject);
  const found = sides.flatMap((role, side) => [
    `quantile_cont(${role}_latency_ns, ${probability}::DOUBLE)::DOUBLE AS point${side}`,
    `min(${role}_latency_ns) = max(${role}_latency_ns) AS same${side}`,
  ]);
  await db.run(
    `CREATE OR REPLACE TABLE ${points} AS
     SELECT ${segment} AS segment, ${found.join(', ')} FROM ${judged.name} WHERE ${condition} GROUP BY ALL`,
  );
  const atMost = sides.map(
    (role, side) => `count(CASE WHEN ${role}_latency_ns <= point${side} THEN 1 END)::DOUBLE AS at_most${side}`,
  );
  await db.run(
    `CREATE OR REPLACE TABLE ${name} AS
     SELECT ${points}.segment AS segment, unit_index, count(*)::DOUBLE AS requests, ${atMost.join(', ')}
     FROM ${judged.name} JOIN ${points} ON ${segment} = ${points}.segment
     WHERE ${condition} GROUP BY ${points}.segment, unit_index`,
  );
  const values = sides.map((_, side) => `point${side} / ${nanosecondsPerMs} AS value${side}`);
  const flags = sides.map((_, side) => `same${side}::INTEGER AS same${side}`);
  const rows = await db.columns(`SELECT segment, ${[...values, ...flags].join(', ')} FROM ${points}`);
  const pointsOf = (row: number) =>
    sides.map((_, side) => ({
      value: rows.numbers(`value${side}`)[row] ?? Number.NaN,
      isConstant: rows.numbers(`same${side}`)[row] === 1,
    }));
  return {
    judged,
    subject,
    name,
    points: new Map(rows.strings('segment').map((value, row) => [value ?? '', pointsOf(row)])),
  };
}

/** The sides' quantiles at probabilities of their own, in ms, on the requests of one value of the dimension. */
export async function quantilesAt(
  { judged, subject }: QuantileCountsTable,
  segment: string,
  probabilitiesOf: (side: number) => readonly number[],
): Promise<readonly (readonly number[])[]> {
  const { sides, dimension } = subject;
  const columns = sides.flatMap((role, side) => {
    const probabilities = probabilitiesOf(side).map((probability) => `${probability}::DOUBLE`);
    // All of a side's quantiles in one call: each call holds every latency in memory, beyond what the database counts.
    const all = `quantile_cont(${role}_latency_ns, [${probabilities.join(', ')}])`;
    return probabilities.map(
      (_, index) => `(${all}[${index + 1}]::DOUBLE / ${nanosecondsPerMs}) AS side${side}_${index}`,
    );
  });
  if (columns.length === 0) return sides.map(() => []);
  const own = dimension === undefined ? 'true' : `${dimension} = ${quoteLiteral(segment)}`;
  const result = await judged.db.columns(
    `SELECT ${columns.join(', ')} FROM ${judged.name} WHERE ${timed(subject)} AND ${own}`,
  );
  return sides.map((_, side) =>
    probabilitiesOf(side).map((__, index) => result.numbers(`side${side}_${index}`)[0] ?? Number.NaN),
  );
}

/** Both sides must have a latency, so that their units are the same. */
function timed({ within, sides, dimension }: QuantileSubject): string {
  const present = [...sides.map((role) => `${role}_latency_ns`), ...(dimension === undefined ? [] : [dimension])];
  return [`(${within})`, ...present.map((column) => `${column} IS NOT NULL`)].join(' AND ');
}
