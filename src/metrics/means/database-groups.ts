import { type Role, roles } from '../../domain/role.ts';
import type { ColumnArrays } from '../../database/column-arrays.ts';
import type { RatioGroup } from '../../stats/sums/whole-sums.ts';
import { dimensionColumn, type Slice, sliceCondition } from '../table/slice.ts';
import type { NamedMean } from './mean-measurer.ts';
import {
  alikeRatios,
  alikeUnits,
  type CountedRequests,
  type GroupRow,
  type SumsPart,
  type UnitGroups,
  unitGroups,
  type UnitGroupSource,
} from './unit-groups.ts';
import type { SumName } from './sum-columns.ts';
import type { UnitRows, UnitSumTables } from './unit-sum-tables.ts';
import { duckdbWhole, ratioResidualSql } from './whole-sql.ts';

/** A row of some segment; null where there are no segments. */
interface SegmentRow<Row> {
  readonly segment: string | null;
  readonly canary: boolean;
  readonly row: Row;
}

/** Rows of all segments of a dimension, by the segment. */
type BySegment<Row> = ReadonlyMap<string | null, readonly SegmentRow<Row>[]>;

/** Has DuckDB add up the units of a log, one statement for each metric and dimension, whatever the number of segments. */
export class DatabaseGroups implements UnitGroupSource {
  readonly #tables: UnitSumTables;
  readonly #groups = new Kept<BySegment<GroupRow>>();
  readonly #ratios = new Kept<BySegment<RatioGroup>>();
  readonly #counts = new Kept<BySegment<(name: SumName) => number>>();
  readonly #limits = new Kept<bigint>();

  constructor(tables: UnitSumTables) {
    this.#tables = tables;
  }

  async units(metric: NamedMean, part: SumsPart, slice: Slice): Promise<UnitGroups> {
    const rows = await this.#groups.get([metric.id, part, dimensionOf(slice)], async () => {
      const units = await this.#units(metric, part, slice);
      return metric.zeroOne ? await readAlike(units) : await readPowers(units, await this.#limit(metric));
    });
    return unitGroups(rowsOf(rows, slice), metric.zeroOne);
  }

  async ratios(metric: NamedMean, slice: Slice): Promise<readonly RatioGroup[]> {
    const rows = await this.#ratios.get([metric.id, slice.cohort, dimensionOf(slice)], async () =>
      readRatios(await this.#units(metric, 'pair', slice), slice.cohort, await this.#limit(metric)),
    );
    return rowsOf(rows, { ...slice, cohort: 'all' });
  }

  async counts(metric: NamedMean, slice: Slice, role: Role): Promise<CountedRequests> {
    const { definition } = metric;
    const [hasCap, mayLack] = [definition.isCut !== undefined, definition.unusable !== undefined];
    const rows = await this.#counts.get([metric.id, dimensionOf(slice)], async () => {
      const units = await this.#units(metric, 'pair', slice);
      const sums = roles.flatMap((each) => [
        ...counted(units, `${each}Requests`),
        ...(hasCap ? counted(units, `${each}Cut`) : []),
        ...(mayLack ? counted(units, `${each}Unusable`) : []),
      ]);
      const found = await units.rows.db.columns(
        `SELECT ${units.key}, ${sums.join(', ')} FROM ${units.rows.table} GROUP BY ALL`,
      );
      return bySegment(found, (row) => (name: SumName) => found.numbers(name)[row] ?? Number.NaN);
    });
    const sumOf = (name: SumName) => rowsOf(rows, slice).reduce((sum, numberOf) => sum + numberOf(name), 0);
    return {
      counted: sumOf(`${role}Requests`),
      cut: hasCap ? sumOf(`${role}Cut`) : 0,
      unusable: mayLack ? sumOf(`${role}Unusable`) : 0,
    };
  }

  async largest({ id }: NamedMean): Promise<number> {
    return (await this.#tables.seen(id)).largest;
  }

  /** The rows of a dimension's units, with a part's columns as whole numbers. */
  async #units({ id }: NamedMean, part: SumsPart, slice: Slice): Promise<PartRows> {
    const dimension = dimensionOf(slice);
    const rows = await this.#tables.all(id, dimension === null ? [] : [dimension]);
    const [b, c] = roles.map((role) => {
      if (part === 'pair') return rows.whole(role === 'baseline' ? 'pairedBaseline' : 'pairedCandidate');
      return part === role ? rows.whole(`${role}Sum`) : '0';
    });
    const requests = rows.whole(part === 'pair' ? 'pairedRequests' : `${part}Requests`);
    const segment = dimension === null ? 'NULL::VARCHAR' : dimensionColumn(dimension);
    const key = `in_canary::INTEGER AS canary, ${segment} AS segment`;
    return { rows, key, requests, b: b ?? '0', c: c ?? '0' };
  }

  /**
   * What a unit may have at most to be added up by the database, whose whole numbers have 127 bits: 2^126 is more than the cubes of all units can come to,
   * and, where the metric's own sum has no more than 80 bits, than what a ratio's residual is divided from.
   */
  async #limit(metric: NamedMean): Promise<bigint> {
    return await this.#limits.get([metric.id], async () => {
      const { db, table, whole } = await this.#tables.all(metric.id, []);
      const [b, c] = (['pairedBaseline', 'pairedCandidate'] as const).map(whole);
      const found = await db.columns(
        `SELECT count(*)::DOUBLE AS units, coalesce(sum(${b}::DOUBLE), 0) AS b, coalesce(sum(${c}::DOUBLE), 0) AS c FROM ${table}`,
      );
      const [units = 0, left = 0, right = 0] = ['units', 'b', 'c'].map((name) => found.numbers(name)[0]);
      if (!(Math.max(left, right) < 2 ** 80)) return -1n;
      return BigInt(Math.floor(Math.min(2 ** 38, Math.cbrt(2 ** 120 / Math.max(1, units)))));
    });
  }
}

/** What was read, so that it is read once. */
class Kept<Read> {
  readonly #read = new Map<string, Promise<Read>>();

  get(key: readonly (string | null)[], read: () => Promise<Read>): Promise<Read> {
    const name = JSON.stringify(key);
    const reading = this.#read.get(name) ?? read();
    this.#read.set(name, reading);
    return reading;
  }
}

/** Units of all segments of a dimension, and their columns as SQL. */
interface PartRows {
  readonly rows: UnitRows;
  /** The columns `canary` and `segment`. */
  readonly key: string;
  readonly requests: string;
  readonly b: string;
  readonly c: string;
}

function dimensionOf({ segment }: Slice): string | null {
  const [dimension = null, second] = Object.keys(segment ?? {});
  if (second !== undefined) throw new RangeError('A slice is about at most one dimension.');
  return dimension;
}

function counted({ rows }: PartRows, name: SumName): string[] {
  return [`sum(${rows.whole(name)})::DOUBLE AS ${name}`];
}

function rowsOf<Row>(rows: BySegment<Row>, { cohort, segment }: Slice): readonly Row[] {
  const [value = null] = Object.values(segment ?? {});
  return (rows.get(value) ?? [])
    .filter(({ canary }) => cohort === 'all' || canary === (cohort === 'canary'))
    .map(({ row }) => row);
}

function bySegment<Row>(found: ColumnArrays, rowOf: (row: number) => Row): BySegment<Row> {
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
async function readAlike({ rows, key, requests, b, c }: PartRows): Promise<BySegment<GroupRow>> {
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
async function readPowers({ rows, key, requests, b, c }: PartRows, limit: bigint): Promise<BySegment<GroupRow>> {
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

async function readRatios(
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
