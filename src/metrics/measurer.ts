import type { MeanTails } from './table/mean-tails.ts';
import type { Metric } from '../domain/metric.ts';
import type { Role } from '../domain/role.ts';
import type { PostStratified } from '../stats/estimates/post-stratification.ts';
import type { Uncomputable } from '../stats/result.ts';
import type { TalliedUsers } from '../stats/sums/user-tally.ts';
import type { Measured } from './table/estimate.ts';
import { influenceMetricOf } from './families/definitions.ts';
import { InfluenceMeasurer } from './influences/influence-measurer.ts';
import { ColumnReader } from './means/column-reader.ts';
import { EarlierMeans } from './means/earlier-means.ts';
import { DatabaseReader } from './means/database-reader.ts';
import { ExactReader } from './means/exact-reader.ts';
import type { JudgedTable } from './table/judged-table.ts';
import { tableSize } from './table/table-size.ts';
import { withinPossible } from './table/possible.ts';
import { MeanMeasurer } from './means/mean-measurer.ts';
import { movedUnits } from './means/moved-units.ts';
import type { MovedUnits } from './means/unit-totals.ts';
import { QuantileMeasurer } from './quantiles/quantile-measurer.ts';
import { quantileTables } from './quantiles/quantile-tables.ts';
import type { Subject, TestedQuantity } from './table/subject.ts';
import { type SharedSums, UnitSumTables } from './means/unit-sum-tables.ts';
import { UnitSumColumns } from './means/unit-sums.ts';

/** With more units than this in the log, the database adds them up: a few columns of so many numbers still fit in memory. */
const mostUnitsInMemory = 100_000;

/** Measures any metric of some judged requests, before anybody asks for bounds at a level. */
export interface Measurer {
  measure(subject: Subject, quantity: TestedQuantity): Promise<Measured>;
  /** The served difference with the same mix of segments on both sides; undefined for a metric that is no mean. */
  postStratified(metric: Metric, dimensions: readonly string[]): Promise<PostStratified | Uncomputable | undefined>;
  /** What the largest values of a mean carry, or what its cap cuts; nothing of a metric that is no plain mean. */
  tails(subject: Subject): Promise<MeanTails>;
  /** Users by their paired requests and what these changed by; undefined for a metric that is no mean over pairs. */
  tally(subject: Subject): Promise<readonly TalliedUsers[] | undefined>;
  /** By how much each unit moves its version's mean; undefined for a metric that is no plain mean. Absent where no requests are in a table. */
  moved?(subject: Subject): Promise<Readonly<Record<Role, MovedUnits>> | undefined>;
}

interface MeasurerOptions {
  readonly unitsInMemory?: number;
  readonly earlier?: boolean;
  readonly shared?: SharedSums | undefined;
}

/** Measures on a table of judged requests. */
export class TableMeasurer implements Measurer {
  readonly #means: MeanMeasurer;
  readonly #quantiles: QuantileMeasurer;
  readonly #influences: InfluenceMeasurer;
  #tables: UnitSumTables | undefined;
  #earlier: EarlierMeans | undefined;
  readonly #measured = new Map<string, Promise<Measured>>();

  private constructor(
    judged: JudgedTable,
    metrics: readonly Metric[],
    inMemory: boolean,
    { earlier = false, shared }: MeasurerOptions,
  ) {
    this.#means = new MeanMeasurer(metrics, (means) => {
      const tables = (this.#tables = new UnitSumTables(judged, means, shared));
      const others = inMemory ? new ColumnReader(new UnitSumColumns(tables)) : new DatabaseReader(tables);
      const units = new ExactReader(tables, others);
      if (!earlier) return { units };
      this.#earlier = new EarlierMeans(tables);
      return { units, earlier: this.#earlier };
    });
    this.#quantiles = new QuantileMeasurer(quantileTables(judged, inMemory));
    this.#influences = new InfluenceMeasurer(judged);
  }

  /**
   * @param metrics every metric that will be asked for, so that one pass over the table adds them all up.
   * @param options.unitsInMemory beyond so many units in the table the database adds them up; the numbers are the same.
   * @param options.earlier whether `EarlierMeans.keep` kept what the units were like before.
   * @param options.shared sums of these metrics that other measurers read too.
   */
  static async over(
    judged: JudgedTable,
    metrics: readonly Metric[],
    options: MeasurerOptions = {},
  ): Promise<TableMeasurer> {
    const { units } = await tableSize(judged);
    const inMemory = units <= (options.unitsInMemory ?? mostUnitsInMemory);
    return new TableMeasurer(judged, metrics, inMemory, options);
  }

  /** Measures once, however many bounds and comparisons ask. */
  measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric, comparison, slice } = subject;
    const key = JSON.stringify([metric.id, comparison, slice.cohort, slice.segment, quantity]);
    const measuring =
      this.#measured.get(key) ??
      this.#measure(subject, quantity).then((measured) => withinPossible(measured, metric, quantity));
    this.#measured.set(key, measuring);
    return measuring;
  }

  async postStratified(
    metric: Metric,
    dimensions: readonly string[],
  ): Promise<PostStratified | Uncomputable | undefined> {
    return await this.#means.postStratified(metric, dimensions);
  }

  async tails(subject: Subject): Promise<MeanTails> {
    return await this.#means.tails(subject);
  }

  async tally(subject: Subject): Promise<readonly TalliedUsers[] | undefined> {
    return await this.#means.tally(subject);
  }

  async moved(subject: Subject): Promise<Readonly<Record<Role, MovedUnits>> | undefined> {
    return this.#tables === undefined ? undefined : await movedUnits(this.#tables, subject, this.#earlier);
  }

  async #measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric } = subject;
    if (metric.family === 'latency' && metric.statistic === 'quantile') {
      return await this.#quantiles.measure(metric.probability, subject, quantity);
    }
    return influenceMetricOf(metric) === undefined
      ? await this.#means.measure(subject, quantity)
      : await this.#influences.measure(subject, quantity);
  }
}
