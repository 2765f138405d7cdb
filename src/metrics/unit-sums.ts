import type { Segment } from '../domain/evidence.ts';
import type { Role } from '../domain/role.ts';
import { quoteIdentifier } from '../requests/database.ts';
import type { JudgedTable } from './judged-table.ts';
import type { MeanMetric } from './mean-metric.ts';
import { type Slice, sliceCondition } from './slice.ts';
import { type Aggregate, aggregatesOf, sumColumns, type ValueRange, valueRange } from './sum-columns.ts';

/** Per-unit sums of one metric over one slice, one entry per unit, ordered by unit. */
export interface UnitSums {
  /** Requests on which the two versions are compared, and both versions' sums over them. */
  readonly paired: {
    readonly requests: Float64Array;
    readonly baseline: Float64Array;
    readonly candidate: Float64Array;
    /** Requests that count for each version, where the two have denominators of their own. */
    readonly denominators?: { readonly baseline: Float64Array; readonly candidate: Float64Array };
  };
  /** Each version's own requests and sum. */
  readonly baseline: { readonly requests: Float64Array; readonly sum: Float64Array };
  readonly candidate: { readonly requests: Float64Array; readonly sum: Float64Array };
  /** Requests that should count for a version and cannot. */
  readonly unusable: Readonly<Record<Role, number>>;
  /** Whether the values turned out to be 0 or 1, of a metric that does not promise it. */
  readonly zeroOne: boolean;
}

/**
 * Adds up every metric by unit in one pass over a table of judged requests per dimension, into a table `JUDGED:sums:DIMENSION` of
 * the database, and reads slices of it. The sums stay in the database, which spills where memory is short; what reaches
 * JavaScript at a time is one metric of one slice.
 */
export class UnitSumTables {
  readonly #judged: JudgedTable;
  readonly #metrics: ReadonlyMap<string, MeanMetric>;
  readonly #columnOf: (dimension: string) => string;
  readonly #tables = new Map<string, Promise<string>>();
  readonly #ranges = new Map<string, Promise<ValueRange>>();

  constructor(judged: JudgedTable, metrics: ReadonlyMap<string, MeanMetric>, columnOf: (dimension: string) => string) {
    this.#judged = judged;
    this.#metrics = metrics;
    this.#columnOf = columnOf;
  }

  /** The sums of one metric over one slice; empty arrays where the slice has no requests. */
  async slice(metricId: string, slice: Slice): Promise<UnitSums> {
    const metric = this.#metrics.get(metricId);
    const position = [...this.#metrics.keys()].indexOf(metricId);
    if (metric === undefined) throw new RangeError(`${metricId} was not declared to the tables of sums`);
    const dimension = dimensionOf(slice.segment);
    const key = dimension ?? '';
    const table = this.#tables.get(key) ?? this.#create(dimension);
    this.#tables.set(key, table);
    const columns = aggregatesOf(metric).map((aggregate) => `${aggregate}${position} AS ${aggregate}`);
    const rows = await this.#judged.db.columns(
      `SELECT ${columns.join(', ')} FROM ${await table} WHERE ${sliceCondition(slice, this.#columnOf)} ORDER BY unit_index`,
    );
    return unitSums(metric, await this.#range(metricId, metric), (aggregate) => rows.numbers(aggregate));
  }

  /** @returns the table's name, quoted. */
  async #create(dimension: string | undefined): Promise<string> {
    const table = quoteIdentifier(`${this.#judged.name}:sums:${dimension ?? ''}`);
    const sums: string[] = [];
    for (const [position, [id, metric]] of [...this.#metrics].entries()) {
      sums.push(...sumColumns(metric, await this.#range(id, metric), position));
    }
    const group = ['unit_index', ...(dimension === undefined ? [] : [quoteIdentifier(this.#columnOf(dimension))])];
    await this.#judged.db.run(
      `CREATE OR REPLACE TEMP TABLE ${table} AS
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

function dimensionOf(segment: Segment): string | undefined {
  const dimensions = Object.keys(segment ?? {});
  if (dimensions.length > 1) throw new RangeError('A slice is about at most one dimension.');
  return dimensions[0];
}

function unitSums(
  metric: MeanMetric,
  { zeroOne }: ValueRange,
  column: (aggregate: Aggregate) => Float64Array,
): UnitSums {
  return {
    zeroOne,
    paired: {
      requests: column('pairedRequests'),
      baseline: column('pairedBaseline'),
      candidate: column('pairedCandidate'),
      ...(metric.pairedDenominator === undefined
        ? {}
        : {
            denominators: { baseline: column('pairedBaselineRequests'), candidate: column('pairedCandidateRequests') },
          }),
    },
    baseline: { requests: column('baselineRequests'), sum: column('baselineSum') },
    candidate: { requests: column('candidateRequests'), sum: column('candidateSum') },
    unusable:
      metric.unusable === undefined
        ? { baseline: 0, candidate: 0 }
        : { baseline: total(column('baselineUnusable')), candidate: total(column('candidateUnusable')) },
  };
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
