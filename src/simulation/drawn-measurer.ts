import type { MeanTails } from '../metrics/table/mean-tails.ts';
import type { Metric } from '../domain/metric.ts';
import { ColumnReader } from '../metrics/means/column-reader.ts';
import type { Measured } from '../metrics/table/estimate.ts';
import { influenceMetricOf } from '../metrics/families/definitions.ts';
import { InfluenceMeasurer } from '../metrics/influences/influence-measurer.ts';
import type { JudgedTable } from '../metrics/table/judged-table.ts';
import { MeanMeasurer } from '../metrics/means/mean-measurer.ts';
import { withinPossible } from '../metrics/table/possible.ts';
import type { Measurer } from '../metrics/measurer.ts';
import { QuantileMeasurer } from '../metrics/quantiles/quantile-measurer.ts';
import { sampledQuantiles } from '../metrics/quantiles/sampled-quantiles.ts';
import type { Subject, TestedQuantity } from '../metrics/table/subject.ts';
import type { TalliedUsers } from '../stats/sums/user-tally.ts';
import { DrawnSums } from './drawn-sums.ts';
import { drawnLatencies } from './drawn-latencies.ts';
import type { DrawnStage } from './drawn-stage.ts';

/**
 * Measures a drawn stage by the code that measures a table. Sums and latencies come from memory; a metric that is no mean is
 * computed by the database, on a table that is made when one is asked for.
 */
export class DrawnMeasurer implements Measurer {
  readonly #means: MeanMeasurer;
  readonly #quantiles: QuantileMeasurer;
  readonly #table: () => Promise<JudgedTable>;
  #influences: Promise<InfluenceMeasurer> | undefined;

  constructor(stage: DrawnStage, metrics: readonly Metric[], table: () => Promise<JudgedTable>) {
    this.#means = new MeanMeasurer(metrics, () => ({ units: new ColumnReader(new DrawnSums(stage, metrics)) }));
    this.#quantiles = new QuantileMeasurer(sampledQuantiles(drawnLatencies(stage)));
    this.#table = table;
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    return withinPossible(await this.#measure(subject, quantity), subject.metric, quantity);
  }

  async #measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric } = subject;
    if (metric.family === 'latency' && metric.statistic === 'quantile') {
      return await this.#quantiles.measure(metric.probability, subject, quantity);
    }
    if (influenceMetricOf(metric) === undefined) return await this.#means.measure(subject, quantity);
    this.#influences ??= this.#table().then((table) => new InfluenceMeasurer(table));
    return await (await this.#influences).measure(subject, quantity);
  }

  /** Only reports tell these; a simulation has the verdict alone. */
  async postStratified(): Promise<undefined> {
    return undefined;
  }

  async tails(): Promise<MeanTails> {
    return {};
  }

  async tally(subject: Subject): Promise<readonly TalliedUsers[] | undefined> {
    return await this.#means.tally(subject);
  }
}
