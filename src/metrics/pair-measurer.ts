import type { Metric } from '../domain/metric.ts';
import type { Role } from '../domain/role.ts';
import { type Linearized, toSymmetricScale } from '../stats/estimates/linearized.ts';
import { pairSpread } from '../stats/estimates/pair-spread.ts';
import type { PostStratified } from '../stats/estimates/post-stratification.ts';
import type { Uncomputable } from '../stats/result.ts';
import type { TalliedUsers } from '../stats/sums/user-tally.ts';
import { meanMetricOf } from './families/definitions.ts';
import type { Measurer } from './measurer.ts';
import { both } from './table/conditions.ts';
import type { Measured } from './table/estimate.ts';
import type { JudgedTable } from './table/judged-table.ts';
import type { MeanTails } from './table/mean-tails.ts';
import { type Slice, sliceCondition } from './table/slice.ts';
import type { Subject, TestedQuantity } from './table/subject.ts';

const timed = (role: Role) => `${role}_latency_ns IS NOT NULL`;

/** Measures as the measurer that it is given, and adds to a latency what the pairs of processes differ by in which it was timed. */
export class PairMeasurer implements Measurer {
  readonly #others: Measurer;
  readonly #table: JudgedTable;
  readonly #cohortOf: (slice: Slice) => Slice;
  readonly #known = new Map<string, Promise<Float64Array>>();

  /**
   * @param table with the column `timed_pair`.
   * @param everyone whether the pairs are those of all its requests, whoever is measured: a simulation has no processes of its own.
   */
  constructor(others: Measurer, table: JudgedTable, { everyone = false }: { readonly everyone?: boolean } = {}) {
    this.#others = others;
    this.#table = table;
    this.#cohortOf = everyone ? (slice) => ({ ...slice, cohort: 'all' }) : (slice) => slice;
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const measured = await this.#others.measure(subject, quantity);
    if (subject.metric.family !== 'latency' || measured.kind !== 'linearized') return measured;
    const values = (await this.#valuesByPair(subject, quantity))
      .map((value) => toSymmetricScale(measured.logScale, value))
      .filter((value) => Number.isFinite(value));
    return values.length < 2 ? ofOnePair(measured) : { ...measured, pairs: pairSpread(values) };
  }

  async postStratified(
    metric: Metric,
    dimensions: readonly string[],
  ): Promise<PostStratified | Uncomputable | undefined> {
    return await this.#others.postStratified(metric, dimensions);
  }

  async tails(subject: Subject): Promise<MeanTails> {
    return await this.#others.tails(subject);
  }

  async tally(subject: Subject): Promise<readonly TalliedUsers[] | undefined> {
    return await this.#others.tally(subject);
  }

  #valuesByPair({ metric, slice }: Subject, quantity: TestedQuantity): Promise<Float64Array> {
    const key = JSON.stringify([metric.id, slice, quantity]);
    const values =
      this.#known.get(key) ?? readByPair(this.#table, metric, sliceCondition(this.#cohortOf(slice)), quantity);
    this.#known.set(key, values);
    return values;
  }
}

/** A quantity by pair of processes, on its natural scale; NaN where a pair does not have it. */
async function readByPair(
  { db, name }: JudgedTable,
  metric: Metric,
  slice: string,
  quantity: TestedQuantity,
): Promise<Float64Array> {
  const condition = quantity === 'own' ? timed('candidate') : both(timed);
  const [baseline, candidate] = (['baseline', 'candidate'] as const).map((role) => valueSql(metric, role));
  const value = {
    own: candidate,
    difference: `${candidate} - ${baseline}`,
    relative: `${candidate} / nullif(${baseline}, 0) - 1`,
  }[quantity];
  const rows = await db.columns(
    `SELECT (${value})::DOUBLE AS value FROM ${name} WHERE ${slice} AND timed_pair IS NOT NULL AND ${condition} GROUP BY timed_pair ORDER BY timed_pair`,
  );
  return rows.numbers('value');
}

/** One version's latency in ms. */
function valueSql(metric: Metric, role: Role): string {
  const mean = meanMetricOf(metric);
  if (mean !== undefined) return `(avg(${mean.value(role)}) / ${mean.divisor})`;
  if (metric.family !== 'latency' || metric.statistic === 'mean') throw new RangeError(`${metric.id} is not timed`);
  return `(quantile_cont(${role}_latency_ns, ${metric.probability}) / 1e6)`;
}

/** Of what one pair alone was timed on nobody knows how processes differ. */
function ofOnePair({ value, baseline, candidate, units, requests }: Linearized): Measured {
  const reason = 'its requests were timed in one pair of processes, but other processes may differ';
  const sides = { ...(baseline === undefined ? {} : { baseline }), ...(candidate === undefined ? {} : { candidate }) };
  return { kind: 'valueOnly', value, ...sides, units, requests, refusal: { kind: 'refused', reason } };
}
