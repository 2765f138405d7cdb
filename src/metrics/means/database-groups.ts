import { type Role, roles } from '../../domain/role.ts';
import type { RatioGroup } from '../../stats/sums/whole-sums.ts';
import { dimensionColumn, type Slice } from '../table/slice.ts';
import type { NamedMean } from './named-mean.ts';
import { type BySegment, bySegment, type PartRows, readAlike, readPowers, readRatios } from './read-groups.ts';
import type { SumName } from './sum-columns.ts';
import {
  type CountedRequests,
  type GroupRow,
  type SumsPart,
  type UnitGroups,
  unitGroups,
  type UnitGroupSource,
} from './unit-groups.ts';
import type { UnitSumTables } from './unit-sum-tables.ts';

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
    const requests = rows.column(part === 'pair' ? 'pairedRequests' : `${part}Requests`);
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
