import type { Metric } from '../domain/metric.ts';
import type { PostStratified } from '../stats/post-stratification.ts';
import type { Uncomputable } from '../stats/result.ts';
import type { Measured } from './estimate.ts';
import { groupMetricOf } from './group-metrics.ts';
import { GroupSampler } from './group-sampler.ts';
import type { JudgedTable } from './judged-table.ts';
import { latencyTable } from './latency-table.ts';
import { MeanSampler } from './mean-sampler.ts';
import { QuantileSampler } from './quantile-sampler.ts';
import type { Subject, TestedQuantity } from './subject.ts';
import { UnitSumTables } from './unit-sums.ts';

/** Measures any metric of some judged requests, before anybody asks for bounds at a level. */
export interface Sampler {
  measure(subject: Subject, quantity: TestedQuantity): Promise<Measured>;
  /** The served difference with the same mix of segments on both sides; undefined for a metric that is no mean. */
  postStratified(metric: Metric, dimensions: readonly string[]): Promise<PostStratified | Uncomputable | undefined>;
  /** Share of the candidate's sum that the heaviest hundredth of units carries; undefined for a metric that is no plain mean. */
  topUnitsShare(subject: Subject): Promise<number | undefined>;
}

/** Measures on a table of judged requests. */
export class MetricSampler implements Sampler {
  readonly #means: MeanSampler;
  readonly #quantiles: QuantileSampler;
  readonly #groups: GroupSampler;

  /**
   * @param metrics every metric that will be asked for, so that one pass over the table adds them all up.
   * @param columnOf the table's column of a segment dimension.
   */
  constructor(judged: JudgedTable, metrics: readonly Metric[], columnOf: (dimension: string) => string) {
    this.#means = new MeanSampler(metrics, (definitions) => new UnitSumTables(judged, definitions, columnOf));
    this.#quantiles = new QuantileSampler(latencyTable(judged, columnOf));
    this.#groups = new GroupSampler(judged, columnOf);
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric } = subject;
    if (metric.family === 'latency' && metric.statistic === 'quantile') {
      return await this.#quantiles.measure(metric.probability, subject, quantity);
    }
    return groupMetricOf(metric) === undefined
      ? await this.#means.measure(subject, quantity)
      : await this.#groups.measure(subject, quantity);
  }

  async postStratified(
    metric: Metric,
    dimensions: readonly string[],
  ): Promise<PostStratified | Uncomputable | undefined> {
    return await this.#means.postStratified(metric, dimensions);
  }

  async topUnitsShare(subject: Subject): Promise<number | undefined> {
    return await this.#means.topUnitsShare(subject);
  }
}
