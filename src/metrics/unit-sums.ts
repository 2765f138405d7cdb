import type { Segment } from '../domain/evidence.ts';
import type { Database } from '../requests/database.ts';
import { quoteIdentifier } from '../requests/database.ts';
import type { MeanMetric } from './mean-metric.ts';
import type { Slice } from './slice.ts';

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
 * Adds up every metric by unit in one pass over the table `judged` per dimension, and hands out slices of it. What
 * reaches JavaScript grows with units and segments, not with requests.
 */
export class UnitSumTables {
  readonly #db: Database;
  readonly #metrics: ReadonlyMap<string, MeanMetric>;
  readonly #columnOf: (dimension: string) => string;
  readonly #tables = new Map<string, Promise<UnitSumTable>>();

  constructor(db: Database, metrics: ReadonlyMap<string, MeanMetric>, columnOf: (dimension: string) => string) {
    this.#db = db;
    this.#metrics = metrics;
    this.#columnOf = columnOf;
  }

  /** The sums of one metric over one slice; empty arrays where the slice has no requests. */
  async slice(metricId: string, slice: Slice): Promise<UnitSums> {
    const dimension = dimensionOf(slice.segment);
    const key = dimension ?? '';
    const table = this.#tables.get(key) ?? this.#read(dimension);
    this.#tables.set(key, table);
    const position = [...this.#metrics.keys()].indexOf(metricId);
    if (position < 0) throw new RangeError(`${metricId} was not declared to the tables of sums`);
    return pick(await table, position, slice);
  }

  async #read(dimension: string | undefined): Promise<UnitSumTable> {
    const column = dimension === undefined ? undefined : quoteIdentifier(this.#columnOf(dimension));
    const sums = [...this.#metrics.values()].flatMap((metric, position) => sumColumns(metric, position));
    const group = ['unit_index', ...(column === undefined ? [] : [column])].join(', ');
    const rows = await this.#db.columns(
      `SELECT unit_index, any_value(in_canary)::INTEGER AS in_canary, ${column ?? "''"}::VARCHAR AS segment_value, ${sums.join(', ')}
       FROM judged GROUP BY ${group} ORDER BY ${group}`,
    );
    return {
      inCanary: rows.numbers('in_canary'),
      segmentValue: rows.strings('segment_value'),
      numbers: (name) => rows.numbers(name),
    };
  }
}

interface UnitSumTable {
  readonly inCanary: Float64Array;
  readonly segmentValue: readonly (string | null)[];
  numbers(name: string): Float64Array;
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

function pick(table: UnitSumTable, position: number, slice: Slice): UnitSums {
  const rows = rowsOf(table, slice);
  const column = (aggregate: (typeof aggregates)[number]): Float64Array => {
    const all = table.numbers(`${aggregate}${position}`);
    // A plain loop: Float64Array.from takes several times as long, and this copies every sum that is ever judged.
    const picked = new Float64Array(rows.length);
    for (let index = 0; index < rows.length; index += 1) picked[index] = all[rows[index] ?? 0] ?? Number.NaN;
    return picked;
  };
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

/** The rows of the table that are about the slice, in the table's order. */
function rowsOf({ inCanary, segmentValue }: UnitSumTable, { cohort, segment }: Slice): Int32Array {
  const value = segment === null ? '' : Object.values(segment)[0];
  const rows = new Int32Array(inCanary.length);
  let found = 0;
  for (let row = 0; row < inCanary.length; row += 1) {
    if (cohort !== 'all' && (inCanary[row] === 1) !== (cohort === 'canary')) continue;
    if (segmentValue[row] === value) rows[found++] = row;
  }
  return rows.subarray(0, found);
}
