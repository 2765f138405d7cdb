import { doubleSql } from '../../database/database.ts';
import type { Database } from '../../database/database.ts';
import type { ContributionSums } from '../../stats/sums/contribution-sums.ts';
import type { ResidualSums } from '../../stats/sums/residual-sums.ts';
import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import { type ColumnTotals, columnTotalsOf, type RequestTotals, requestTotalsOf } from '../../stats/sums/sample.ts';
import { wideSumSql } from '../table/exact-sum.ts';

/** Rows of a table with one row per unit. */
export interface UnitTable {
  readonly db: Database;
  readonly table: string;
  readonly condition: string;
}

/** What requests and some columns of numbers add up to over units. */
export interface UnitTotals {
  readonly kind: 'totals';
  readonly requests: RequestTotals;
  readonly columns: readonly ColumnTotals[];
}

/** Squares of more than this would not be finite; what `columnTotalsOf` refuses comes long before. */
const largestValue = 1e150;

/**
 * Adds up the rows: first how large the numbers are, then their sums, which only so do not depend on the order in which threads add them.
 * @param requests expression for a unit's whole number of requests.
 * @param columns expressions for numbers, 0 for a unit without requests.
 */
export async function unitTotals(
  { db, table, condition }: UnitTable,
  requests: string,
  columns: readonly string[],
): Promise<UnitTotals | Uncomputable> {
  const sizes = columns.map((column, index) => `max(abs(${column})) AS largest${index}`);
  const strays = columns.map((column) => `(${requests} = 0 AND ${column} <> 0)`);
  const first = await db.columns(
    `SELECT count(*) FILTER (WHERE ${requests} > 0)::DOUBLE AS units, ${wholeSum(requests)} AS requests,
       ${wholeSum(`${requests} * ${requests}`)} AS squares, max(${requests}) AS most_requests,
       bool_or(${strays.join(' OR ')})::INTEGER AS stray, ${sizes.join(', ')}
     FROM ${table} WHERE ${condition}`,
  );
  const number = (name: string) => first.numbers(name)[0] ?? Number.NaN;
  const counted = requestTotalsOf({
    units: number('units'),
    sum: number('requests'),
    sumOfSquares: number('squares'),
    largest: number('most_requests'),
  });
  if (counted.kind === 'uncomputable') return counted;
  if (number('stray') !== 0) return uncomputable('a user without requests has a value');
  const largest = columns.map((_, index) => number(`largest${index}`));
  if (!largest.every((size) => size <= largestValue)) return uncomputable('a value is not finite');
  const sums = columns.flatMap((column, index) => [
    `${wideSumSql(column, largest[index] ?? 0)} AS sum${index}`,
    `${wideSumSql(`${column} * ${column}`, (largest[index] ?? 0) ** 2)} AS squares${index}`,
    `${wideSumSql(`abs(${column})`, largest[index] ?? 0)} AS sizes${index}`,
  ]);
  const second = await db.columns(`SELECT ${sums.join(', ')} FROM ${table} WHERE ${condition}`);
  const totals: ColumnTotals[] = [];
  for (const [index, size] of largest.entries()) {
    const added = (name: string) => second.numbers(`${name}${index}`)[0] ?? Number.NaN;
    const column = columnTotalsOf({
      sum: added('sum'),
      sumOfSquares: added('squares'),
      sumOfSizes: added('sizes'),
      largest: size,
    });
    if (column.kind === 'uncomputable') return column;
    totals.push(column);
  }
  return { kind: 'totals', requests: counted, columns: totals };
}

/** A residual by unit, as SQL and with a bound on its size. */
export interface ResidualSql {
  readonly sql: string;
  readonly largest: number;
}

/** By how much each unit moves a version's mean over a slice: rows of a table, and the number by unit as SQL. */
export interface MovedUnits {
  readonly table: string;
  readonly condition: string;
  readonly moved: ResidualSql;
}

/**
 * (total_u - ratio * size_u) / (1 - size_u / sum(size)), as `leaveOneOutResiduals` has it.
 * @param size and total: expressions, with the size of the largest number of each.
 */
export function residualSql(
  size: { readonly sql: string; readonly largest: number; readonly sum: number },
  total: { readonly sql: string; readonly largest: number },
  ratio: number,
): ResidualSql {
  const left = `(1 - ${size.sql} / ${doubleSql(size.sum)})`;
  return {
    sql: `((${total.sql} - ${doubleSql(ratio)} * ${size.sql}) / ${left})`,
    largest: (total.largest + Math.abs(ratio) * size.largest) / (1 - size.largest / size.sum),
  };
}

/** Adds up squares and cubes of residuals by number of requests, of which there are few different ones. */
export async function readResiduals(
  { db, table, condition }: UnitTable,
  requests: string,
  { sql, largest }: ResidualSql,
): Promise<ResidualSums> {
  const rows = await db.columns(
    `SELECT requests, count(*)::DOUBLE AS units, ${wideSumSql('residual * residual', largest ** 2)} AS squares,
       ${wideSumSql('residual * residual * residual', largest ** 3)} AS cubes
     FROM (SELECT ${requests} AS requests, ${sql} AS residual FROM ${table} WHERE ${condition} AND ${requests} > 0)
     GROUP BY requests ORDER BY requests`,
  );
  return {
    requests: rows.numbers('requests'),
    units: rows.numbers('units'),
    squares: rows.numbers('squares'),
    cubes: rows.numbers('cubes'),
  };
}

/** Contributions of a unit's requests, as SQL. */
export interface ContributionSql {
  /** Their sum, and the number of those other than 0. */
  readonly total: string;
  readonly squares: string;
  /** Mean contribution of all requests. */
  readonly mean: number;
  /** No unit's sum is larger. */
  readonly largest: number;
}

/** Adds up contributions of -1, 0 or 1 by number of requests. */
export async function readContributions(
  { db, table, condition }: UnitTable,
  requests: string,
  { total, squares, mean, largest }: ContributionSql,
  totals: RequestTotals,
): Promise<ContributionSums> {
  const deviation = `(total - ${doubleSql(mean)} * requests)`;
  const rows = await db.columns(
    `SELECT requests, count(*)::DOUBLE AS units, ${wideSumSql('total', largest)} AS total, ${wideSumSql('squares', largest)} AS squares,
       ${wideSumSql(`${deviation} * ${deviation}`, (largest + Math.abs(mean) * totals.largest) ** 2)} AS deviations,
       count(*) FILTER (WHERE squares > 0)::DOUBLE AS with_event,
       count(*) FILTER (WHERE squares < requests)::DOUBLE AS with_other
     FROM (SELECT ${requests} AS requests, ${total} AS total, ${squares} AS squares
           FROM ${table} WHERE ${condition} AND ${requests} > 0)
     GROUP BY requests ORDER BY requests`,
  );
  return {
    requests: rows.numbers('requests'),
    units: rows.numbers('units'),
    total: rows.numbers('total'),
    squares: rows.numbers('squares'),
    deviations: rows.numbers('deviations'),
    withEvent: sumOf(rows.numbers('with_event')),
    withOther: sumOf(rows.numbers('with_other')),
  };
}

/** The exact sum of whole numbers, however many. */
export function wholeSum(value: string): string {
  return `coalesce(sum((${value})::HUGEINT), 0)::DOUBLE`;
}

function sumOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
