import type { ColumnArrays } from '../../database/column-arrays.ts';
import type { RatioGroup } from '../../stats/sums/whole-sums.ts';
import { type Slice, sliceCondition } from '../table/slice.ts';
import { alikeRatios, alikeUnits, type GroupRow } from './unit-groups.ts';
import type { UnitRows } from './unit-sum-tables.ts';
import { duckdbWhole, ratioResidualSql } from './whole-sql.ts';

/** A row of some segment; null where there are no segments. */
interface SegmentRow<Row> {
  readonly segment: string | null;
  readonly canary: boolean;
  readonly row: Row;
}

/** Rows of all segments of a dimension, by the segment. */
export type BySegment<Row> = ReadonlyMap<string | null, readonly SegmentRow<Row>[]>;

/** Units of all segments of a dimension, and their columns as SQL. */
export interface PartRows {
  readonly rows: UnitRows;
  /** The columns `canary` and `segment`. */
  readonly key: string;
  readonly requests: string;
  readonly b: string;
  readonly c: string;
}

/** Sorts the rows of a result by their columns `canary` and `segment`. */
export function bySegment<Row>(found: ColumnArrays, rowOf: (row: number) => Row): BySegment<Row> {
  const segments = found.strings('segment');
  const canary = found.numbers('canary');
  const rows = new Map<string | null, SegmentRow<Row>[]>();
  for (const [index, segment] of segments.entries()) {
    const own = rows.get(segment) ?? [];
    rows.set(segment, own);
    own.push({ segment, canary: canary[index] === 1, row: rowOf(index) });
  }
  return rows;
}

/** Of a metric made of 0 and 1 users are few kinds, whose powers need no database. */
export async function readAlike({ rows, key, requests, b, c }: PartRows): Promise<BySegment<GroupRow>> {
  const found = await rows.db.columns(
    `SELECT ${key}, ${requests} AS requests, (${b})::DOUBLE AS b, (${c})::DOUBLE AS c, count(*)::DOUBLE AS units
     FROM ${rows.table} WHERE ${requests} > 0 GROUP BY ALL`,
  );
  const column = (name: string) => {
    const numbers = found.numbers(name);
    return (row: number) => numbers[row] ?? Number.NaN;
  };
  const [counts, left, right, units] = [column('requests'), column('b'), column('c'), column('units')];
  return bySegment(found, (row) => alikeUnits(counts(row), units(row), BigInt(left(row)), BigInt(right(row))));
}

/** Powers and products of b and c by the names of their columns. */
const powers = { b1: 'b', c1: 'c', b2: 'b * b', b3: 'b * b * b', c2: 'c * c', c3: 'c * c * c' };
const products = { bc: 'b * c', bbc: 'b * b * c', bcc: 'b * c * c' };

/** Units that have more than the limit are told by what they have. */
export async function readPowers({ rows, key, requests, b, c }: PartRows, limit: bigint): Promise<BySegment<GroupRow>> {
  const sums = Object.entries({ ...powers, ...products }).map(
    ([name, power]) => `coalesce(sum(CASE WHEN NOT heavy THEN ${power} END), 0)::VARCHAR AS ${name}`,
  );
  const found = await rows.db.columns(
    `SELECT canary, segment, requests, CASE WHEN heavy THEN b END::VARCHAR AS heavy_b, CASE WHEN heavy THEN c END::VARCHAR AS heavy_c,
       count(*)::DOUBLE AS units, max(b)::VARCHAR AS most_b, max(c)::VARCHAR AS most_c, ${sums.join(', ')}
     FROM (SELECT *, greatest(b, c) > ${limit}::HUGEINT AS heavy
           FROM (SELECT ${key}, ${requests} AS requests, (${b})::HUGEINT AS b, (${c})::HUGEINT AS c FROM ${rows.table}))
     WHERE requests > 0 GROUP BY ALL`,
  );
  const counts = found.numbers('requests');
  const units = found.numbers('units');
  const whole = wholeColumns(found);
  return bySegment(found, (row) => {
    const [own, alike] = [counts[row] ?? Number.NaN, units[row] ?? Number.NaN];
    const [heavyB, heavyC] = [whole('heavy_b', row), whole('heavy_c', row)];
    if (heavyB !== undefined && heavyC !== undefined) return alikeUnits(own, alike, heavyB, heavyC);
    const sum = (name: string) => whole(name, row) ?? 0n;
    return {
      requests: own,
      units: alike,
      baseline: { sum: sum('b1'), squares: sum('b2'), cubes: sum('b3') },
      candidate: { sum: sum('c1'), squares: sum('c2'), cubes: sum('c3') },
      products: { once: sum('bc'), baselineTwice: sum('bbc'), candidateTwice: sum('bcc') },
      largest: { baseline: sum('most_b'), candidate: sum('most_c') },
    };
  });
}

/** What the units of a cohort move a ratio by; those who have more than the limit, or move it by much more, by themselves. */
export async function readRatios(
  { rows, key, requests, b, c }: PartRows,
  cohort: Slice['cohort'],
  limit: bigint,
): Promise<BySegment<RatioGroup>> {
  const terms = { b: 'b', c: 'c', allB: 'all_b', allC: 'all_c' };
  const moved = ratioResidualSql(terms, `${limit}::HUGEINT`, duckdbWhole);
  const found = await rows.db.columns(
    `SELECT canary, segment, requests, count(*)::DOUBLE AS units, CASE WHEN light THEN NULL ELSE b END::VARCHAR AS heavy_b,
       CASE WHEN light THEN NULL ELSE c END::VARCHAR AS heavy_c, any_value(all_b)::VARCHAR AS all_b, any_value(all_c)::VARCHAR AS all_c,
       coalesce(sum(CASE WHEN light THEN moved * moved END), 0)::VARCHAR AS squares,
       coalesce(sum(CASE WHEN light THEN moved * moved * moved END), 0)::VARCHAR AS cubes
     FROM (SELECT *, moved IS NOT NULL AND abs(moved) <= 4 * ${limit}::HUGEINT AS light
           FROM (SELECT *, ${moved} AS moved
                 FROM (SELECT *, sum(b) OVER (PARTITION BY segment) AS all_b, sum(c) OVER (PARTITION BY segment) AS all_c
                       FROM (SELECT ${key}, ${requests} AS requests, (${b})::HUGEINT AS b, (${c})::HUGEINT AS c
                             FROM ${rows.table} WHERE ${sliceCondition({ cohort, segment: null })}))))
     WHERE requests > 0 GROUP BY ALL`,
  );
  const counts = found.numbers('requests');
  const units = found.numbers('units');
  const whole = wholeColumns(found);
  return bySegment(found, (row) => {
    const size = { requests: counts[row] ?? Number.NaN, units: units[row] ?? Number.NaN };
    const [baseline, candidate] = [whole('heavy_b', row), whole('heavy_c', row)];
    if (baseline === undefined || candidate === undefined)
      return { ...size, squares: whole('squares', row) ?? 0n, cubes: whole('cubes', row) ?? 0n };
    const all = { baseline: whole('all_b', row) ?? 0n, candidate: whole('all_c', row) ?? 0n };
    return alikeRatios(size, { baseline, candidate }, all);
  });
}

function wholeColumns(found: ColumnArrays): (name: string, row: number) => bigint | undefined {
  const columns = new Map<string, readonly (string | null)[]>();
  return (name, row) => {
    const column = columns.get(name) ?? found.strings(name);
    columns.set(name, column);
    const text = column[row] ?? null;
    return text === null ? undefined : BigInt(text);
  };
}
