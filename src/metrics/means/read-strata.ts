import { type Role, roles } from '../../domain/role.ts';
import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { FloorOptions } from '../../stats/sums/contribution-sums.ts';
import {
  type SegmentTotals,
  strataOf,
  type StratifiedSide,
  type StratifiedSides,
  type StratifiedSums,
} from '../../stats/sums/stratified-sums.ts';
import { wideSumSql } from '../table/exact-sum.ts';
import { wholeSum } from './unit-totals.ts';
import type { UnitRows } from './unit-sum-tables.ts';

type BothTotals = Readonly<Record<Role, SegmentTotals>>;

const cohortOf: Readonly<Record<Role, string>> = { baseline: 'NOT in_canary', candidate: 'in_canary' };

/**
 * Adds up both sides of a comparison by segments in the database, as `stratifiedSides` does in memory: what reaches memory grows with
 * the segments alone.
 * @param rows one per unit and combination of the dimensions' values.
 * @param dimensions their quoted columns.
 */
export async function readStrata(
  rows: UnitRows,
  dimensions: readonly string[],
  floor: FloorOptions,
): Promise<StratifiedSides | Uncomputable> {
  const { db } = rows;
  const sums = roles.map((role) => `abs(${rows.column(`${role}Sum`)})`);
  const sizes = await db.columns(`SELECT max(greatest(${sums.join(', ')})) AS largest FROM ${rows.table}`);
  const largestSum = sizes.numbers('largest')[0] ?? Number.NaN;
  if (!Number.isFinite(largestSum)) return uncomputable('a value is not finite');
  const totals = await readSegments(rows, dimensions, largestSum);
  const strata = strataOf(totals.baseline, totals.candidate);
  if (strata.kind === 'uncomputable') return strata;
  await db.run('CREATE OR REPLACE TABLE segment_weights (segment BIGINT, weight DOUBLE)');
  await db.append('segment_weights', [strata.weight.map((_, segment) => segment), strata.weight]);
  const sideOf = async (role: Role): Promise<StratifiedSide> => {
    const largest = largestMove(totals[role], largestSum, strata.weight);
    return { totals: totals[role], sums: await readStratified(rows, dimensions, role, largest) };
  };
  const baseline = await sideOf('baseline');
  return { kind: 'stratified', baseline, candidate: await sideOf('candidate'), strata, floor };
}

/** Makes the table `segment_totals`, one row per combination of the dimensions' values, and reads it. */
async function readSegments(
  { db, table, column }: UnitRows,
  dimensions: readonly string[],
  largestSum: number,
): Promise<BothTotals> {
  const columns = roles.flatMap((role) => {
    const [requests, sum] = [column(`${role}Requests`), column(`${role}Sum`)].map(
      (own) => `CASE WHEN ${cohortOf[role]} THEN ${own} ELSE 0 END`,
    );
    return [
      `${wholeSum(requests ?? '')} AS ${role}_requests`,
      `${wideSumSql(sum ?? '', largestSum)} AS ${role}_sum`,
      `max(${requests ?? ''}) AS ${role}_largest`,
    ];
  });
  const values = dimensions.join(', ');
  await db.run(
    `CREATE OR REPLACE TABLE segment_totals AS
     SELECT row_number() OVER (ORDER BY ${values}) - 1 AS segment, * FROM
       (SELECT ${values}, ${columns.join(', ')} FROM ${table} GROUP BY ${values})`,
  );
  const read = await db.columns(
    `SELECT ${roles.flatMap((role) => [`${role}_requests`, `${role}_sum`, `${role}_largest`]).join(', ')}
     FROM segment_totals ORDER BY segment`,
  );
  const totalsOf = (role: Role): SegmentTotals => ({
    requests: read.numbers(`${role}_requests`),
    sum: read.numbers(`${role}_sum`),
    largest: read.numbers(`${role}_largest`),
  });
  return { baseline: totalsOf('baseline'), candidate: totalsOf('candidate') };
}

/** A unit's rows are added up before squaring. */
async function readStratified(
  { db, table, column }: UnitRows,
  dimensions: readonly string[],
  role: Role,
  largest: number,
): Promise<StratifiedSums> {
  const [requests, sum] = [column(`${role}Requests`), column(`${role}Sum`)];
  const all = `${role}_requests`;
  const moved = `weight * (${sum} - ${role}_sum / ${all} * ${requests}) / (1 - ${requests} / ${all}) / ${all}`;
  const same = dimensions.map((value) => `units.${value} IS NOT DISTINCT FROM segment_totals.${value}`);
  await db.run(
    `CREATE OR REPLACE TABLE moved_units AS
     SELECT ${wideSumSql(moved, largest)} AS moved, sum(${requests}) AS requests
     FROM ${table} AS units JOIN segment_totals ON ${same.join(' AND ')} JOIN segment_weights USING (segment)
     WHERE ${cohortOf[role]} AND weight > 0 AND ${requests} > 0 GROUP BY unit_index`,
  );
  const sizes = await db.columns('SELECT coalesce(max(abs(moved)), 0) AS largest FROM moved_units');
  const most = sizes.numbers('largest')[0] ?? Number.NaN;
  const rows = await db.columns(
    `SELECT ${wideSumSql('moved * moved', most ** 2)} AS second, ${wideSumSql('moved * moved * moved', most ** 3)} AS third,
       count(*)::DOUBLE AS units, ${wholeSum('requests')} AS requests, ${wholeSum('requests * requests')} AS squares
     FROM moved_units`,
  );
  const number = (name: string) => rows.numbers(name)[0] ?? Number.NaN;
  return {
    second: number('second'),
    third: number('third'),
    units: number('units'),
    requests: number('requests'),
    requestSquares: number('squares'),
  };
}

/** No unit moves the weighted mean by more. */
function largestMove({ requests, sum, largest }: SegmentTotals, largestSum: number, weight: Float64Array): number {
  let most = 0;
  for (const [segment, own] of weight.entries()) {
    if (own === 0) continue;
    const [all, heaviest] = [requests[segment] ?? 0, largest[segment] ?? 0];
    const residual = (largestSum + (Math.abs(sum[segment] ?? 0) / all) * heaviest) / (1 - heaviest / all);
    most = Math.max(most, (own * residual) / all);
  }
  return most;
}
