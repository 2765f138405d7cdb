import type { Role } from '../domain/role.ts';
import type { ColumnArrays } from '../requests/column-arrays.ts';
import type { SegmentedSample } from '../stats/post-stratification.ts';
import type { Segment } from '../domain/evidence.ts';
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

/** Both sides of a served comparison, by unit and segment. */
export interface SegmentedSides {
  readonly segments: number;
  /** Whether every value is 0 or 1. */
  readonly zeroOne: boolean;
  readonly baseline: SegmentedSample;
  readonly candidate: SegmentedSample;
}

/** Where sums by unit come from. */
export interface UnitSumSource {
  /** The sums of one metric over one slice; empty arrays where the slice has no requests. */
  slice(metricId: string, slice: Slice): Promise<UnitSums>;
  /**
   * The two sides of a served comparison by unit and by combination of the dimensions' values: the baseline on the
   * stable cohort, the candidate on the canary's.
   */
  segmented(metricId: string, dimensions: readonly string[]): Promise<SegmentedSides>;
}

/**
 * Adds up every metric by unit in one pass over a table of judged requests per dimension, into a table `JUDGED:sums:DIMENSIONS` of
 * the database, and reads slices of it. The sums stay in the database, which spills where memory is short; what reaches
 * JavaScript at a time is one metric of one slice.
 */
export class UnitSumTables implements UnitSumSource {
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

  async slice(metricId: string, slice: Slice): Promise<UnitSums> {
    const metric = this.#metrics.get(metricId);
    const position = [...this.#metrics.keys()].indexOf(metricId);
    if (metric === undefined) throw new RangeError(`${metricId} was not declared to the tables of sums`);
    const table = this.#table(dimensionsOf(slice.segment));
    const columns = aggregatesOf(metric).map((aggregate) => `${aggregate}${position} AS ${aggregate}`);
    const rows = await this.#judged.db.columns(
      `SELECT ${columns.join(', ')} FROM ${await table} WHERE ${sliceCondition(slice, this.#columnOf)} ORDER BY unit_index`,
    );
    return unitSums(metric, await this.#range(metricId, metric), (aggregate) => rows.numbers(aggregate));
  }

  async segmented(metricId: string, dimensions: readonly string[]): Promise<SegmentedSides> {
    const metric = this.#metrics.get(metricId);
    const position = [...this.#metrics.keys()].indexOf(metricId);
    if (metric === undefined) throw new RangeError(`${metricId} was not declared to the tables of sums`);
    const columns = dimensions.map((dimension) => quoteIdentifier(this.#columnOf(dimension)));
    const rows = await this.#judged.db.columns(
      `SELECT unit_index, in_canary::INTEGER AS in_canary, (dense_rank() OVER (ORDER BY ${columns.join(', ')}) - 1)::INTEGER AS segment,
         baselineRequests${position} AS baseline_requests, baselineSum${position} AS baseline_sum,
         candidateRequests${position} AS candidate_requests, candidateSum${position} AS candidate_sum
       FROM ${await this.#table(dimensions)} ORDER BY unit_index, segment`,
    );
    const segments = rows.numbers('segment').reduce((most, segment) => Math.max(most, segment + 1), 0);
    const { zeroOne } = await this.#range(metricId, metric);
    return { segments, zeroOne, baseline: sideOf(rows, 'baseline', 0), candidate: sideOf(rows, 'candidate', 1) };
  }

  /** @returns the quoted name of the table of sums by unit and dimensions, made when it is first asked for. */
  #table(dimensions: readonly string[]): Promise<string> {
    const key = JSON.stringify(dimensions);
    const table = this.#tables.get(key) ?? this.#create(dimensions);
    this.#tables.set(key, table);
    return table;
  }

  async #create(dimensions: readonly string[]): Promise<string> {
    const table = quoteIdentifier(`${this.#judged.name}:sums:${JSON.stringify(dimensions)}`);
    const sums: string[] = [];
    for (const [position, [id, metric]] of [...this.#metrics].entries()) {
      sums.push(...sumColumns(metric, await this.#range(id, metric), position));
    }
    const group = ['unit_index', ...dimensions.map((dimension) => quoteIdentifier(this.#columnOf(dimension)))];
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

function dimensionsOf(segment: Segment): readonly string[] {
  const dimensions = Object.keys(segment ?? {});
  if (dimensions.length > 1) throw new RangeError('A slice is about at most one dimension.');
  return dimensions;
}

function sideOf(rows: ColumnArrays, role: Role, inCanary: 0 | 1): SegmentedSample {
  const flags = rows.numbers('in_canary');
  const own = [...flags.keys()].filter((row) => flags[row] === inCanary);
  const column = (name: string) => {
    const all = rows.numbers(name);
    return own.map((row) => all[row] ?? Number.NaN);
  };
  return {
    unit: Int32Array.from(column('unit_index')),
    segment: Int32Array.from(column('segment')),
    requests: Float64Array.from(column(`${role}_requests`)),
    sum: Float64Array.from(column(`${role}_sum`)),
  };
}

/** The sums of a metric from a column per aggregate, one entry per unit. */
export function unitSums(
  metric: MeanMetric,
  { zeroOne }: Pick<ValueRange, 'zeroOne'>,
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
