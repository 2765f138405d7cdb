import type { Role } from '../../domain/role.ts';
import type { Uncomputable } from '../../stats/result.ts';
import type { FloorOptions } from '../../stats/sums/contribution-sums.ts';
import { type HeaviestSums, heaviestUnits } from '../../stats/sums/heaviest-sums.ts';
import type { ComparedQuantity, PairedSums } from '../../stats/sums/paired-sums.ts';
import type { RatioSums } from '../../stats/sums/ratio-sums.ts';
import type { ProportionSums, SampleSums } from '../../stats/sums/sample-sums.ts';
import type { StratifiedSides } from '../../stats/sums/stratified-sums.ts';
import { wideSumSql } from '../table/exact-sum.ts';
import { type Slice, dimensionColumn } from '../table/slice.ts';
import { floorOptions } from './floor-options.ts';
import type { SumName } from './sum-columns.ts';
import { type UnitAdder, type UsableCounts, weightedQuantity } from './mean-measurer.ts';
import { type NamedMean } from './named-mean.ts';
import { readPair, readProportion, readSample, type SideColumns } from './read-pairs.ts';
import { readRatios } from './read-ratios.ts';
import { readStrata } from './read-strata.ts';
import { wholeSum } from './unit-totals.ts';
import type { UnitRows, UnitSumTables } from './unit-sum-tables.ts';

/** Lets the database add up the units, so that what reaches memory does not grow with them. */
export class DatabaseReader implements Omit<UnitAdder, 'cut' | 'tally'> {
  readonly #tables: UnitSumTables;

  constructor(tables: UnitSumTables) {
    this.#tables = tables;
  }

  async own(metric: NamedMean, slice: Slice): Promise<SampleSums | ProportionSums | Uncomputable> {
    const { zeroOne = false } = await this.#floor(metric);
    if (!zeroOne) return await this.sample(metric, slice, 'candidate');
    const rows = await this.#tables.slice(metric.id, slice);
    return await readProportion(rows, sideColumns(rows, 'candidate'));
  }

  async sample(metric: NamedMean, slice: Slice, role: Role): Promise<SampleSums | Uncomputable> {
    const rows = await this.#tables.slice(metric.id, slice);
    return await readSample(rows, sideColumns(rows, role), await this.#floor(metric));
  }

  async pair(
    metric: NamedMean,
    slice: Slice,
    quantity: ComparedQuantity,
  ): Promise<PairedSums | RatioSums | Uncomputable> {
    const rows = await this.#tables.slice(metric.id, slice);
    const floor = await this.#floor(metric);
    const { root = false } = metric.definition;
    const shared = metric.definition.pairedDenominator === undefined;
    if (shared && !root) return await readPair(rows, floor, quantity);
    const columnsOf = (role: 'Baseline' | 'Candidate') => ({
      requests: rows.column(shared ? 'pairedRequests' : `paired${role}Requests`),
      sum: rows.column(`paired${role}`),
    });
    const columns = { baseline: columnsOf('Baseline'), candidate: columnsOf('Candidate') };
    return await readRatios(rows, columns, floor, weightedQuantity(metric, quantity));
  }

  async stratified(metric: NamedMean, dimensions: readonly string[]): Promise<StratifiedSides | Uncomputable> {
    const rows = await this.#tables.all(metric.id, dimensions);
    const columns = dimensions.map(dimensionColumn);
    return await readStrata(rows, columns, await this.#floor(metric));
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
    const [unusable = 0, counted = 0] = await this.#counts(id, slice, [`${role}Unusable`, `${role}Requests`]);
    return { unusable, counted };
  }

  async #counts(id: string, slice: Slice, aggregates: readonly SumName[]): Promise<readonly number[]> {
    const { db, table, condition, column } = await this.#tables.slice(id, slice);
    const rows = await db.columns(
      `SELECT ${aggregates.map((aggregate) => `${wholeSum(column(aggregate))} AS ${aggregate}`).join(', ')}
       FROM ${table} WHERE ${condition}`,
    );
    return aggregates.map((aggregate) => rows.numbers(aggregate)[0] ?? 0);
  }

  async #floor(metric: NamedMean): Promise<FloorOptions> {
    return floorOptions(metric, await this.#tables.seen(metric.id));
  }
}

function sideColumns({ column }: UnitRows, role: Role): SideColumns {
  return { requests: column(`${role}Requests`), sum: column(`${role}Sum`) };
}
