import type { Metric } from '../../domain/metric.ts';
import { uncomputable } from '../../stats/result.ts';
import type { TalliedUsers } from '../../stats/sums/user-tally.ts';
import { MeanMeasurer } from '../means/mean-measurer.ts';
import type { Measurer } from '../measurer.ts';
import type { Measured } from '../table/estimate.ts';
import type { MeanTails } from '../table/mean-tails.ts';
import { withinPossible } from '../table/possible.ts';
import type { Subject, TestedQuantity } from '../table/subject.ts';
import { SumsReader } from './sums-reader.ts';
import { summedMetric } from './summed-metric.ts';
import type { SumsTable } from './sums-table.ts';

/** Measures from the sums that a warehouse added up, with the estimates that judge a log. */
export class SumsMeasurer implements Measurer {
  readonly #means: MeanMeasurer;
  readonly #untold: (metric: Metric) => string | undefined;

  /** @param untold why the table cannot tell a metric; undefined where it can. */
  constructor(table: SumsTable, metrics: readonly Metric[], untold: (metric: Metric) => string | undefined) {
    const units = new SumsReader(table);
    this.#means = new MeanMeasurer(metrics, () => ({ units }));
    this.#untold = untold;
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric } = subject;
    const why = this.#untold(metric);
    if (why !== undefined) return uncomputable(why);
    return withinPossible(await this.#means.measure(subject, quantity), metric, quantity);
  }

  /** A user's requests in several segments are no sum. */
  async postStratified(): Promise<undefined> {
    return await Promise.resolve(undefined);
  }

  async tails(subject: Subject): Promise<MeanTails> {
    return this.#untold(subject.metric) === undefined ? await this.#means.tails(subject) : {};
  }

  async tally(subject: Subject): Promise<readonly TalliedUsers[] | undefined> {
    const isTold = summedMetric(subject.metric)?.kind === 'events' && this.#untold(subject.metric) === undefined;
    return isTold ? await this.#means.tally(subject) : undefined;
  }
}
