import type { Segment } from '../../domain/evidence.ts';
import type { Database } from '../../database/database.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import { type Slice, sliceCondition } from '../table/slice.ts';
import type { NamedMean } from './named-mean.ts';
import { RequestSums } from './request-sums.ts';
import { type SumName, type ValueRange, valueRange, type ValuesSeen } from './sum-columns.ts';

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

/** The sums of some metrics by unit, over all judged requests or a later part of them. */
export class UnitSumTables {
  readonly #judged: JudgedTable;
  readonly #metrics: ReadonlyMap<string, NamedMean>;
  readonly #sums: RequestSums;
  readonly #part: number;
  readonly #ranges = new Map<string, Promise<ValueRange>>();

  /**
   * @param judged the requests of the part.
   * @param shared sums of these metrics and others over all requests, and which part of them this is; absent where nobody shares them.
   */
  constructor(
    judged: JudgedTable,
    metrics: ReadonlyMap<string, NamedMean>,
    shared: SharedSums = { sums: new RequestSums(judged, metrics), part: 0 },
  ) {
    this.#judged = judged;
    this.#metrics = metrics;
    this.#sums = shared.sums;
    this.#part = shared.part;
  }

  /** The rows of one slice, one per unit. */
  async slice(metricId: string, slice: Slice): Promise<UnitRows> {
    const rows = await this.all(metricId, dimensionsOf(slice.segment));
    return { ...rows, condition: sliceCondition(slice) };
  }

  /** All rows by unit and combination of the dimensions' values. */
  async all(metricId: string, dimensions: readonly string[]): Promise<UnitRows> {
    const { name, layout } = await this.#sums.table(dimensions, this.#part);
    return {
      db: this.#judged.db,
      table: name,
      condition: 'true',
      column: (sum) => layout.column(metricId, sum),
      whole: (sum) => layout.whole(metricId, sum),
    };
  }

  /** What is added up of a metric. */
  metric(metricId: string): MeanMetric {
    const metric = this.find(metricId);
    if (metric === undefined) throw new RangeError(`${metricId} was not declared to the tables of sums`);
    return metric;
  }

  /** The same; undefined for a metric of which nothing is added up by unit. */
  find(metricId: string): MeanMetric | undefined {
    return this.#metrics.get(metricId)?.definition;
  }

  /** What a metric's values turn out to be. */
  async seen(metricId: string): Promise<ValuesSeen> {
    if (this.#part === 0) return await this.#sums.range(metricId);
    const range = this.#ranges.get(metricId) ?? valueRange(this.#judged, this.metric(metricId));
    this.#ranges.set(metricId, range);
    return await range;
  }
}

/** Sums that several measurers read, and the part of the requests that one of them is about: 0 for all. */
export interface SharedSums {
  readonly sums: RequestSums;
  readonly part: number;
}

function dimensionsOf(segment: Segment): readonly string[] {
  const dimensions = Object.keys(segment ?? {});
  if (dimensions.length > 1) throw new RangeError('A slice is about at most one dimension.');
  return dimensions;
}
