import { doubleSql } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';
import type { Uncomputable } from '../../stats/result.ts';
import type { FloorOptions } from '../../stats/sums/contribution-sums.ts';
import {
  type RatioPairSums,
  type RatioSide,
  type RatioSides,
  ratioSides,
  type RatioSums,
  ratioWeight,
  type WeightedQuantity,
} from '../../stats/sums/ratio-sums.ts';
import { readSide, requestSize, type SideColumns } from './read-pairs.ts';
import { readResiduals, type ResidualSql, residualSql, type UnitTable, wholeSum } from './unit-totals.ts';

/** Adds up a pair of ratios in the database, as `ratioSums` does in memory. */
export async function readRatios(
  units: UnitTable,
  columns: Readonly<Record<Role, SideColumns>>,
  { zeroOne = false, range }: FloorOptions,
  quantity: WeightedQuantity,
): Promise<RatioSums | Uncomputable> {
  const sides = ratioSides(
    await readSide(units, columns.baseline, { zeroOne, range }),
    await readSide(units, columns.candidate, { zeroOne, range }),
  );
  if (sides.kind === 'uncomputable') return sides;
  const weight = ratioWeight(sides, quantity);
  if (typeof weight !== 'number') return weight;
  return { kind: 'ratios', sides, weight, pair: await readRatioPair(units, columns, sides, weight), zeroOne };
}

/** Adds up the residuals of a pair of ratios in the database. */
async function readRatioPair(
  units: UnitTable,
  columns: Readonly<Record<Role, SideColumns>>,
  sides: RatioSides,
  weight: number,
): Promise<RatioPairSums> {
  const requests = `((${columns.baseline.requests} + ${columns.candidate.requests}) / 2)`;
  const sizes = await units.db.columns(
    `SELECT count(*) FILTER (WHERE ${requests} > 0)::DOUBLE AS units, ${wholeSum(`2 * ${requests}`)} / 2 AS requests
     FROM ${units.table} WHERE ${units.condition}`,
  );
  const [count, mean] = ['units', 'requests'].map((name) => sizes.numbers(name)[0] ?? Number.NaN);
  if (count === undefined || mean === undefined) throw new RangeError('two sums');
  const baseline = influence(columns.baseline, sides.baseline);
  const candidate = influence(columns.candidate, sides.candidate);
  const residual = {
    sql: `((${candidate.sql} - ${doubleSql(weight)} * ${baseline.sql}) * ${doubleSql(mean)})`,
    largest: (candidate.largest + Math.abs(weight) * baseline.largest) * mean,
  };
  return { units: count, requests: mean, residuals: await readResiduals(units, requests, residual) };
}

/** What a unit moves a version's ratio by. */
function influence(columns: SideColumns, { ratio, totals, column }: RatioSide): ResidualSql {
  const total = { sql: columns.sum, largest: column.largest };
  const { sql, largest } = residualSql(requestSize(columns.requests, totals), total, ratio);
  return { sql: `(${sql} / ${doubleSql(totals.requests)})`, largest: largest / totals.requests };
}
