import type { Role } from '../../domain/role.ts';
import type { Uncomputable } from '../../stats/result.ts';
import { type HeaviestSums, heaviestUnits } from '../../stats/sums/heaviest-sums.ts';
import type { ComparedQuantity, PairedSums } from '../../stats/sums/paired-sums.ts';
import type { RatioSums } from '../../stats/sums/ratio-sums.ts';
import type { ProportionSums, SampleSums } from '../../stats/sums/sample-sums.ts';
import type { StratifiedSides } from '../../stats/sums/stratified-sums.ts';
import type { TalliedUsers } from '../../stats/sums/user-tally.ts';
import { wideSumSql } from '../table/exact-sum.ts';
import { type Slice, dimensionColumn } from '../table/slice.ts';
import type { NamedMean, UnitAdder, UsableCounts } from './mean-measurer.ts';
import { readPair, readProportion, readSample, type SideColumns } from './read-pairs.ts';
import { readRatios } from './read-ratios.ts';
import { readStrata } from './read-strata.ts';
import { wholeSum } from './unit-totals.ts';
import type { UnitRows, UnitSumTables } from './unit-sum-tables.ts';

/** Lets the database add up the units, so that what reaches memory does not grow with them. */
export class DatabaseReader implements UnitAdder {
  readonly #tables: UnitSumTables;

  constructor(tables: UnitSumTables) {
    this.#tables = tables;
  }

  async own(metric: NamedMean, slice: Slice): Promise<SampleSums | ProportionSums | Uncomputable> {
    if (!(await this.#isZeroOne(metric))) return await this.sample(metric, slice, 'candidate');
    const rows = await this.#tables.slice(metric.id, slice);
    return await readProportion(rows, sideColumns(rows, 'candidate'));
  }

  async sample(metric: NamedMean, slice: Slice, role: Role): Promise<SampleSums | Uncomputable> {
    const rows = await this.#tables.slice(metric.id, slice);
    return withRange(await readSample(rows, sideColumns(rows, role), await this.#isZeroOne(metric)), metric);
  }

  async pair(
    metric: NamedMean,
    slice: Slice,
    quantity: ComparedQuantity,
  ): Promise<PairedSums | RatioSums | Uncomputable> {
    const rows = await this.#tables.slice(metric.id, slice);
    const zeroOne = await this.#isZeroOne(metric);
    if (metric.definition.pairedDenominator === undefined) {
      return withRange(await readPair(rows, zeroOne, quantity), metric);
    }
    const columnsOf = (role: 'Baseline' | 'Candidate') => ({
      requests: rows.column(`paired${role}Requests`),
      sum: rows.column(`paired${role}`),
    });
    const columns = { baseline: columnsOf('Baseline'), candidate: columnsOf('Candidate') };
    return await readRatios(rows, columns, zeroOne, quantity);
  }

  async stratified(metric: NamedMean, dimensions: readonly string[]): Promise<StratifiedSides | Uncomputable> {
    const rows = await this.#tables.all(metric.id, dimensions);
    const columns = dimensions.map(dimensionColumn);
    return await readStrata(rows, columns, await this.#isZeroOne(metric));
  }

  async heaviest({ id }: NamedMean, slice: Slice): Promise<HeaviestSums> {
    const { db, table, condition, column } = await this.#tables.slice(id, slice);
    const sum = column('candidateSum');
    const from = `FROM ${table} WHERE ${condition}`;
    const sizes = await db.columns(
      `SELECT count(*)::DOUBLE AS units, coalesce(min(${sum}), 0) AS least, coalesce(max(${sum}), 0) AS most ${from}`,
    );
    const [units, least, most] = ['units', 'least', 'most'].map((name) => sizes.numbers(name)[0] ?? Number.NaN);
    const add = wideSumSql('own', most ?? 0);
    if (!((least ?? 0) >= 0 && Number.isFinite(most))) return { all: 0, heaviest: 0, least: least ?? 0 };
    const sums = await db.columns(
      `SELECT (SELECT ${add} FROM (SELECT ${sum} AS own ${from})) AS total,
         (SELECT ${add} FROM (SELECT ${sum} AS own ${from} ORDER BY own DESC LIMIT ${heaviestUnits(units ?? 0)})) AS heaviest`,
    );
    const [all, heaviest] = ['total', 'heaviest'].map((name) => sums.numbers(name)[0] ?? Number.NaN);
    return { all: all ?? 0, heaviest: heaviest ?? 0, least: 0 };
  }

  async usable({ id }: NamedMean, slice: Slice, role: Role): Promise<UsableCounts> {
    const { db, table, condition, column } = await this.#tables.slice(id, slice);
    const rows = await db.columns(
      `SELECT ${wholeSum(column(`${role}Unusable`))} AS unusable, ${wholeSum(column(`${role}Requests`))} AS counted
       FROM ${table} WHERE ${condition}`,
    );
    return { unusable: rows.numbers('unusable')[0] ?? 0, counted: rows.numbers('counted')[0] ?? 0 };
  }

  async tally({ id }: NamedMean, slice: Slice): Promise<readonly TalliedUsers[]> {
    const { db, table, condition, column } = await this.#tables.slice(id, slice);
    const requests = column('pairedRequests');
    const rows = await db.columns(
      `SELECT ${requests} AS requests, ${column('pairedCandidate')} - ${column('pairedBaseline')} AS change, count(*)::DOUBLE AS users
       FROM ${table} WHERE ${condition} AND ${requests} > 0 GROUP BY ALL ORDER BY requests, change`,
    );
    const [counts, changes, users] = ['requests', 'change', 'users'].map((name) => rows.numbers(name));
    return [...(counts ?? [])].map((count, row) => ({
      requests: count,
      change: changes?.[row] ?? Number.NaN,
      users: users?.[row] ?? Number.NaN,
    }));
  }

  async #isZeroOne({ id, zeroOne, definition }: NamedMean): Promise<boolean> {
    return zeroOne || (definition.range === undefined && (await this.#tables.isZeroOne(id)));
  }
}

function sideColumns({ column }: UnitRows, role: Role): SideColumns {
  return { requests: column(`${role}Requests`), sum: column(`${role}Sum`) };
}

/** Sums with the range of a metric's values, where it has one. */
function withRange<Sums extends PairedSums | SampleSums>(
  sums: Sums | Uncomputable,
  { definition: { range } }: NamedMean,
): Sums | Uncomputable {
  return sums.kind === 'uncomputable' || range === undefined ? sums : { ...sums, range };
}
