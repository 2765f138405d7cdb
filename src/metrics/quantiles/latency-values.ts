import { type MidQuantile, midQuantileBetween, type Step } from '../../stats/estimates/mid-quantile.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import type { Role } from '../../domain/role.ts';

/** Whose latencies are put in order: requests of a cohort that have all the sides' latencies, in all or by a dimension's values. */
export interface LatencySubject {
  readonly sides: readonly Role[];
  /** Condition on the judged table. */
  readonly within: string;
  /** Quoted column of the dimension; absent where the requests are taken together. */
  readonly dimension?: string | undefined;
}

/** Both sides must have a latency, so that their units are the same. */
export function timedRequests({ within, sides, dimension }: LatencySubject): string {
  const present = [...sides.map((role) => `${role}_latency_ns`), ...(dimension === undefined ? [] : [dimension])];
  return [`(${within})`, ...present.map((column) => `${column} IS NOT NULL`)].join(' AND ');
}

/** The dimension's value of a request; empty where there is no dimension. */
export function segmentOf({ dimension }: LatencySubject): string {
  return dimension ?? "''";
}

/** Tables, one per side, of the different latencies of each segment, as `latencyValues` makes them. */
export interface LatencyValues {
  readonly judged: JudgedTable;
  readonly subject: LatencySubject;
  readonly tables: readonly string[];
}

/**
 * Makes a table per side of its different latencies: `segment` VARCHAR, `value` BIGINT in ns, `own` (how many requests have it),
 * `middle` DOUBLE (how many are below it, and half of its own) and `requests` (how many there are in the segment). Sorting a whole
 * dimension costs little more than one of its values, and every quantile is read from it.
 */
export async function latencyValues(
  judged: JudgedTable,
  subject: LatencySubject,
  name: string,
): Promise<LatencyValues> {
  const tables = subject.sides.map((_, side) => `${name}_values${side}`);
  for (const [side, role] of subject.sides.entries()) {
    await judged.db.run(
      `CREATE OR REPLACE TABLE ${tables[side] ?? ''} AS
       SELECT segment, value, own, (sum(own) OVER (PARTITION BY segment ORDER BY value))::DOUBLE - own / 2 AS middle,
         (sum(own) OVER (PARTITION BY segment))::DOUBLE AS requests
       FROM (SELECT ${segmentOf(subject)} AS segment, ${role}_latency_ns AS value, count(*) AS own
             FROM ${judged.name} WHERE ${timedRequests(subject)} GROUP BY ALL)`,
    );
  }
  return { judged, subject, tables };
}

/** A segment's quantiles of one side in ns, one per probability. */
export interface SegmentQuantiles {
  readonly segment: string;
  readonly quantiles: readonly MidQuantile[];
  /** Whether every request has the same latency. */
  readonly isConstant: boolean;
}

/** At which probabilities quantiles are read. */
export interface WantedQuantiles {
  /** SQL of each probability. */
  readonly columns: readonly string[];
  /** SQL behind the table of values, such as a join that brings the columns and leaves out segments. */
  readonly join?: string;
  /** The same of a segment, as numbers. */
  readonly of: (segment: string) => readonly number[];
}

/** Reads quantiles of one side of every segment. */
export async function readQuantiles(
  { judged, tables }: LatencyValues,
  side: number,
  { columns: wantedColumns, join = '', of }: WantedQuantiles,
): Promise<readonly SegmentQuantiles[]> {
  const columns = wantedColumns.flatMap((probability, index) => {
    const wanted = `${probability} * requests`;
    const [below, above] = [`FILTER (WHERE middle <= ${wanted})`, `FILTER (WHERE middle > ${wanted})`];
    return [
      `(max(value) ${below})::DOUBLE AS low${index}`,
      `(arg_max(own, value) ${below})::DOUBLE AS low_own${index}`,
      `max(middle) ${below} AS low_middle${index}`,
      `(min(value) ${above})::DOUBLE AS high${index}`,
      `(arg_min(own, value) ${above})::DOUBLE AS high_own${index}`,
      `min(middle) ${above} AS high_middle${index}`,
    ];
  });
  const rows = await judged.db.columns(
    `SELECT segment, any_value(requests) AS requests, count(*)::DOUBLE AS different, ${columns.join(', ')}
     FROM ${tables[side] ?? ''} ${join} GROUP BY segment ORDER BY segment`,
  );
  const number = (name: string, row: number) => rows.numbers(name)[row] ?? Number.NaN;
  return rows.strings('segment').map((value, row) => {
    const segment = value ?? '';
    const all = number('requests', row);
    const quantiles = of(segment).map((probability, index) => {
      const [low, high] = ['low', 'high'].map((end): Step => ({
        value: number(`${end}${index}`, row),
        count: number(`${end}_own${index}`, row),
        middle: number(`${end}_middle${index}`, row),
      }));
      return midQuantileBetween(known(low, high), known(high, low), probability * all, all);
    });
    return { segment, quantiles, isConstant: number('different', row) === 1 };
  });
}

/** Beyond the smallest and the largest value there is no other. */
function known(step: Step | undefined, other: Step | undefined): Step {
  const found = step === undefined || Number.isNaN(step.value) ? other : step;
  if (found === undefined) throw new RangeError('a segment has a latency');
  return found;
}
