import type { Segment } from '../../domain/evidence.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import { type Slice, sliceCondition, dimensionColumn } from '../table/slice.ts';
import { sumColumn, type SumName, sumColumns, type ValueRange, valueRange, type ValuesSeen } from './sum-columns.ts';

/** Rows of a table of sums, and the columns of one metric in it. */
export interface UnitRows {
  readonly db: Database;
  readonly table: string;
  readonly condition: string;
  /** A sum as a double, in the metric's unit. */
  readonly column: (name: SumName) => string;
  /** The same as it was added up: of a metric of whole numbers a whole number of its smallest unit. */
  readonly whole: (name: SumName) => string;
}

/**
 * Adds up every metric by unit in one pass over a table of judged requests per dimension, into a table `JUDGED:sums:[DIMENSIONS,METRICS]` of
 * the database: one row per unit and values of the dimensions, `unit_index`, the dimensions' columns, `in_canary` and the sums.
 * They stay in the database, which spills where memory is short.
 */
export class UnitSumTables {
  readonly #judged: JudgedTable;
  readonly #metrics: ReadonlyMap<string, MeanMetric>;
  readonly #tables = new Map<string, Promise<string>>();
  readonly #ranges = new Map<string, Promise<ValueRange>>();

  constructor(judged: JudgedTable, metrics: ReadonlyMap<string, MeanMetric>) {
    this.#judged = judged;
    this.#metrics = metrics;
  }

  /** The rows of one slice, one per unit. */
  async slice(metricId: string, slice: Slice): Promise<UnitRows> {
    const rows = await this.all(metricId, dimensionsOf(slice.segment));
    return { ...rows, condition: sliceCondition(slice) };
  }

  /** All rows by unit and combination of the dimensions' values. */
  async all(metricId: string, dimensions: readonly string[]): Promise<UnitRows> {
    const position = [...this.#metrics.keys()].indexOf(metricId);
    return {
      db: this.#judged.db,
      table: await this.#table(dimensions),
      condition: 'true',
      column: (name) => sumColumn(this.metric(metricId), name, position),
      whole: (name) => `${name}${position}`,
    };
  }

  /** What is added up of a metric. */
  metric(metricId: string): MeanMetric {
    const metric = this.#metrics.get(metricId);
    if (metric === undefined) throw new RangeError(`${metricId} was not declared to the tables of sums`);
    return metric;
  }

  /** The same; undefined for a metric of which nothing is added up by unit. */
  find(metricId: string): MeanMetric | undefined {
    return this.#metrics.get(metricId);
  }

  /** What a metric's values turn out to be. */
  async seen(metricId: string): Promise<ValuesSeen> {
    return await this.#range(metricId, this.metric(metricId));
  }

  /** @returns the quoted name of the table of sums by unit and dimensions, made when it is first asked for. */
  #table(dimensions: readonly string[]): Promise<string> {
    const key = JSON.stringify(dimensions);
    const table = this.#tables.get(key) ?? this.#create(dimensions);
    this.#tables.set(key, table);
    return table;
  }

  async #create(dimensions: readonly string[]): Promise<string> {
    // Others measure other metrics on the same judged requests, and their sums must not take the place of these.
    const table = quoteIdentifier(
      `${this.#judged.name}:sums:${JSON.stringify([dimensions, [...this.#metrics.keys()]])}`,
    );
    const sums: string[] = [];
    for (const [position, [id, metric]] of [...this.#metrics].entries()) {
      sums.push(...sumColumns(metric, await this.#range(id, metric), position));
    }
    const group = ['unit_index', ...dimensions.map(dimensionColumn)];
    await this.#judged.db.run(
      `CREATE OR REPLACE TABLE ${table} AS
       SELECT ${group.join(', ')}, any_value(in_canary) AS in_canary, ${sums.join(', ')} FROM ${this.#judged.name} GROUP BY ${group.join(', ')}`,
    );
    return table;
  }

  #range(id: string, metric: MeanMetric): Promise<ValueRange> {
    const range = this.#ranges.get(id) ?? valueRange(this.#judged, metric);
    this.#ranges.set(id, range);
    return range;
  }
}

function dimensionsOf(segment: Segment): readonly string[] {
  const dimensions = Object.keys(segment ?? {});
  if (dimensions.length > 1) throw new RangeError('A slice is about at most one dimension.');
  return dimensions;
}
