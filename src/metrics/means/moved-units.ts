import { type Role, roles } from '../../domain/role.ts';
import type { Slice } from '../table/slice.ts';
import { slicesOf, type Subject } from '../table/subject.ts';
import type { EarlierMeans } from './earlier-means.ts';
import { namedMean } from './named-mean.ts';
import { requestSize } from './read-pairs.ts';
import type { UnitSumTables } from './unit-sum-tables.ts';
import { type MovedUnits, residualSql, unitTotals } from './unit-totals.ts';

/**
 * What each unit of both versions moves its version's mean by, leave-one-out.
 * @param earlier what the units were like before, where anybody knows.
 * @returns undefined for a metric that is no plain mean over requests, or where a version has nothing to compute it from.
 */
export async function movedUnits(
  tables: UnitSumTables,
  { metric, comparison, slice }: Subject,
  earlier: EarlierMeans | undefined,
): Promise<Readonly<Record<Role, MovedUnits>> | undefined> {
  const definition = tables.find(metric.id);
  if (definition === undefined || definition.root === true) return undefined;
  const slices = slicesOf(comparison, slice);
  const adjusted = await earlier?.moved(namedMean(metric, definition), slices);
  if (adjusted !== undefined) return adjusted;
  const [baseline, candidate] = await Promise.all(roles.map((role) => movedOf(tables, metric.id, slices[role], role)));
  return baseline === undefined || candidate === undefined ? undefined : { baseline, candidate };
}

async function movedOf(
  tables: UnitSumTables,
  metricId: string,
  slice: Slice,
  role: Role,
): Promise<MovedUnits | undefined> {
  const rows = await tables.slice(metricId, slice);
  const [requests, sum] = [rows.column(`${role}Requests`), rows.column(`${role}Sum`)];
  const totals = await unitTotals(rows, requests, [sum]);
  if (totals.kind === 'uncomputable') return undefined;
  const [column] = totals.columns;
  if (column === undefined) throw new RangeError('one column was added up');
  const all = totals.requests.requests;
  const total = { sql: sum, largest: column.largest };
  const residual = residualSql(requestSize(requests, totals.requests), total, column.sum / all);
  return {
    table: rows.table,
    condition: `${rows.condition} AND ${requests} > 0`,
    moved: { sql: `(${residual.sql} / ${all})`, largest: residual.largest / all },
  };
}
