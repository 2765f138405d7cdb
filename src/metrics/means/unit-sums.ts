import type { Role } from '../../domain/role.ts';
import type { ColumnArrays } from '../../database/column-arrays.ts';
import type { SegmentedSample } from '../../stats/sums/stratified-sums.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import { type Slice, dimensionColumn } from '../table/slice.ts';
import { type SumName, sumNamesOf, type ValuesSeen } from './sum-columns.ts';
import type { UnitSumTables } from './unit-sum-tables.ts';

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
  /** Requests that count for a version and are above the cap. */
  readonly cut: Readonly<Record<Role, number>>;
  /** What the values turned out to be. */
  readonly seen: ValuesSeen;
}

/** Both sides of a served comparison, by unit and segment. */
export interface SegmentedSides {
  readonly segments: number;
  /** What the values turned out to be. */
  readonly seen: ValuesSeen;
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

/** All rows of a metric and a dimension in memory, and where those of each of its values are. */
interface DimensionRows {
  readonly rows: ColumnArrays;
  readonly places: ReadonlyMap<string, readonly [from: number, to: number]>;
}

/** Brings sums from their tables into memory, one metric and dimension at a time. */
export class UnitSumColumns implements UnitSumSource {
  readonly #tables: UnitSumTables;
  /** What was read last: one metric is asked about on all segments of a dimension in a row. */
  #last: { readonly key: string; readonly rows: Promise<DimensionRows> } | undefined;

  constructor(tables: UnitSumTables) {
    this.#tables = tables;
  }

  async slice(metricId: string, { cohort, segment }: Slice): Promise<UnitSums> {
    const metric = this.#tables.metric(metricId);
    const [dimension, value = ''] = Object.entries(segment ?? {})[0] ?? [];
    const key = JSON.stringify([metricId, dimension]);
    if (this.#last?.key !== key) this.#last = { key, rows: this.#read(metricId, dimension) };
    const { rows, places } = await this.#last.rows;
    const [from, to] = places.get(value) ?? [0, 0];
    const isIn = rows.numbers('in_canary').subarray(from, to);
    return unitSums(metric, await this.#tables.seen(metricId), (name) => {
      const all = rows.numbers(name).subarray(from, to);
      return cohort === 'all' ? all : all.filter((_, row) => isIn[row] === (cohort === 'canary' ? 1 : 0));
    });
  }

  /** One statement for all segments, and one for where they begin. */
  async #read(metricId: string, dimension: string | undefined): Promise<DimensionRows> {
    const dimensions = dimension === undefined ? [] : [dimension];
    const { db, table, column } = await this.#tables.all(metricId, dimensions);
    const columns = sumNamesOf(this.#tables.metric(metricId)).map((name) => `${column(name)} AS ${name}`);
    const segment = dimensions.map(dimensionColumn);
    const known = segment.map((name) => `WHERE ${name} IS NOT NULL`).join('');
    const rows = await db.columns(
      `SELECT in_canary::INTEGER AS in_canary, ${columns.join(', ')} FROM ${table} ${known} ORDER BY ${[...segment, 'unit_index'].join(', ')}`,
    );
    if (dimension === undefined) return { rows, places: new Map([['', [0, rows.rowCount]]]) };
    const sizes = await db.columns(
      `SELECT ${segment.join('')} AS segment, count(*)::DOUBLE AS units FROM ${table} ${known} GROUP BY segment ORDER BY segment`,
    );
    const counts = sizes.numbers('units');
    const places = new Map<string, readonly [number, number]>();
    let from = 0;
    for (const [index, value] of sizes.strings('segment').entries()) {
      const to = from + (counts[index] ?? 0);
      places.set(value ?? '', [from, to]);
      from = to;
    }
    return { rows, places };
  }

  async segmented(metricId: string, dimensions: readonly string[]): Promise<SegmentedSides> {
    const { db, table, column } = await this.#tables.all(metricId, dimensions);
    const values = dimensions.map(dimensionColumn);
    const rows = await db.columns(
      `SELECT unit_index, in_canary::INTEGER AS in_canary, (dense_rank() OVER (ORDER BY ${values.join(', ')}) - 1)::INTEGER AS segment,
         ${column('baselineRequests')} AS baseline_requests, ${column('baselineSum')} AS baseline_sum,
         ${column('candidateRequests')} AS candidate_requests, ${column('candidateSum')} AS candidate_sum
       FROM ${table} ORDER BY unit_index, segment`,
    );
    const segments = rows.numbers('segment').reduce((most, segment) => Math.max(most, segment + 1), 0);
    const seen = await this.#tables.seen(metricId);
    return { segments, seen, baseline: sideOf(rows, 'baseline', 0), candidate: sideOf(rows, 'candidate', 1) };
  }
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

/** The sums of a metric from a column per sum, one entry per unit. */
export function unitSums(
  metric: MeanMetric,
  { zeroOne, largest }: ValuesSeen,
  column: (name: SumName) => Float64Array,
): UnitSums {
  return {
    seen: { zeroOne, largest },
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
    cut:
      metric.isCut === undefined
        ? { baseline: 0, candidate: 0 }
        : { baseline: total(column('baselineCut')), candidate: total(column('candidateCut')) },
    unusable:
      metric.unusable === undefined
        ? { baseline: 0, candidate: 0 }
        : { baseline: total(column('baselineUnusable')), candidate: total(column('candidateUnusable')) },
  };
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
