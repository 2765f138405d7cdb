import type { Segment } from '../domain/evidence.ts';
import { quoteIdentifier } from '../requests/database.ts';
import type { JudgedTable } from './judged-table.ts';
import type { MeanMetric } from './mean-metric.ts';
import { type Slice, sliceCondition } from './slice.ts';

/** Per-unit sums of one metric over one slice, one entry per unit, ordered by unit. */
export interface UnitSums {
  /** Requests on which the two versions are compared, and both versions' sums over them. */
  readonly paired: {
    readonly requests: Float64Array;
    readonly baseline: Float64Array;
    readonly candidate: Float64Array;
  };
  /** Each version's own requests and sum. */
  readonly baseline: { readonly requests: Float64Array; readonly sum: Float64Array };
  readonly candidate: { readonly requests: Float64Array; readonly sum: Float64Array };
}

const aggregates = [
  'pairedRequests',
  'pairedBaseline',
  'pairedCandidate',
  'baselineRequests',
  'baselineSum',
  'candidateRequests',
  'candidateSum',
] as const;

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

  constructor(judged: JudgedTable, metrics: ReadonlyMap<string, MeanMetric>, columnOf: (dimension: string) => string) {
    this.#judged = judged;
    this.#metrics = metrics;
    this.#columnOf = columnOf;
  }

  /** The sums of one metric over one slice; empty arrays where the slice has no requests. */
  async slice(metricId: string, slice: Slice): Promise<UnitSums> {
    const position = [...this.#metrics.keys()].indexOf(metricId);
    if (position < 0) throw new RangeError(`${metricId} was not declared to the tables of sums`);
    const dimension = dimensionOf(slice.segment);
    const key = dimension ?? '';
    const table = this.#tables.get(key) ?? this.#create(dimension);
    this.#tables.set(key, table);
    const columns = aggregates.map((aggregate) => `${aggregate}${position} AS ${aggregate}`);
    const rows = await this.#judged.db.columns(
      `SELECT ${columns.join(', ')} FROM ${await table} WHERE ${sliceCondition(slice, this.#columnOf)} ORDER BY unit_index`,
    );
    return unitSums((aggregate) => rows.numbers(aggregate));
  }

  /** @returns the table's name, quoted. */
  async #create(dimension: string | undefined): Promise<string> {
    const table = quoteIdentifier(`${this.#judged.name}:sums:${dimension ?? ''}`);
    const sums = [...this.#metrics.values()].flatMap((metric, position) => sumColumns(metric, position));
    const group = ['unit_index', ...(dimension === undefined ? [] : [quoteIdentifier(this.#columnOf(dimension))])];
    await this.#judged.db.run(
      `CREATE OR REPLACE TEMP TABLE ${table} AS
       SELECT ${group.join(', ')}, any_value(in_canary) AS in_canary, ${sums.join(', ')} FROM ${this.#judged.name} GROUP BY ${group.join(', ')}`,
    );
    return table;
  }
}

function dimensionOf(segment: Segment): string | undefined {
  const dimensions = Object.keys(segment ?? {});
  if (dimensions.length > 1) throw new RangeError('A slice is about at most one dimension.');
  return dimensions[0];
}

const where = (condition: string) => `FILTER (WHERE ${condition})`;

function sumColumns(metric: MeanMetric, position: number): string[] {
  const sum = (value: string, condition: string) =>
    `(coalesce(sum(${value}) ${where(condition)}, 0)::DOUBLE / ${metric.divisor})`;
  const expressions: Record<(typeof aggregates)[number], string> = {
    pairedRequests: `count(*) ${where(metric.pairedDomain)}::DOUBLE`,
    pairedBaseline: sum(metric.value('baseline'), metric.pairedDomain),
    pairedCandidate: sum(metric.value('candidate'), metric.pairedDomain),
    baselineRequests: `count(*) ${where(metric.domain('baseline'))}::DOUBLE`,
    baselineSum: sum(metric.value('baseline'), metric.domain('baseline')),
    candidateRequests: `count(*) ${where(metric.domain('candidate'))}::DOUBLE`,
    candidateSum: sum(metric.value('candidate'), metric.domain('candidate')),
  };
  return aggregates.map((aggregate) => `${expressions[aggregate]} AS ${aggregate}${position}`);
}

function unitSums(column: (aggregate: (typeof aggregates)[number]) => Float64Array): UnitSums {
  return {
    paired: {
      requests: column('pairedRequests'),
      baseline: column('pairedBaseline'),
      candidate: column('pairedCandidate'),
    },
    baseline: { requests: column('baselineRequests'), sum: column('baselineSum') },
    candidate: { requests: column('candidateRequests'), sum: column('candidateSum') },
  };
}
