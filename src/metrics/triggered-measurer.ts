import { type Metric, untriggered } from '../domain/metric.ts';
import { formatQuantity } from '../domain/format-number.ts';
import { interval } from '../stats/bounds/confidence-bound.ts';
import type { Linearized } from '../stats/estimates/linearized.ts';
import { servedDifference } from '../stats/estimates/served-difference.ts';
import type { PostStratified } from '../stats/estimates/post-stratification.ts';
import { type Uncomputable, uncomputable } from '../stats/result.ts';
import { sampleSums } from '../stats/sums/sample-sums.ts';
import type { TalliedUsers } from '../stats/sums/user-tally.ts';
import { triggeredBy } from './families/business-metric.ts';
import type { Measurer } from './measurer.ts';
import type { Measured } from './table/estimate.ts';
import type { JudgedTable } from './table/judged-table.ts';
import type { MeanTails } from './table/mean-tails.ts';
import { type Slice, sliceCondition } from './table/slice.ts';
import type { Subject, TestedQuantity } from './table/subject.ts';

type Triggered = Extract<Metric, { readonly family: 'kpi' }> & { readonly trigger: 'user' | 'request' };

/** Above it nobody believes that the versions' users send as many requests once the answers differ. */
const unevenAlpha = 0.001;

/**
 * Measures as the measurer that it is given, and a metric with a trigger by its triggered requests alone: elsewhere the versions answer alike, and what is
 * compared there is chance. The difference over triggered requests times their share of all requests is what the versions differ by over all.
 */
export class TriggeredMeasurer implements Measurer {
  readonly #others: Measurer;
  readonly #table: JudgedTable;

  constructor(others: Measurer, table: JudgedTable) {
    this.#others = others;
    this.#table = table;
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric } = subject;
    if (!isTriggered(metric) || quantity === 'own') return await this.#others.measure(subject, quantity);
    const difference = await this.#others.measure(subject, 'difference');
    if (difference.kind !== 'linearized') return difference;
    const uneven = await this.#uneven(metric, subject.slice);
    if (uneven !== undefined) return uneven;
    const share = await this.#share(metric, subject.slice);
    const whole = await this.#others.measure({ ...subject, metric: untriggered(metric) }, 'difference');
    if (whole.kind !== 'linearized' || whole.baseline === undefined) return whole;
    return quantity === 'relative'
      ? relative(difference, share, whole.baseline)
      : overAll(difference, share, whole.baseline);
  }

  async postStratified(
    metric: Metric,
    dimensions: readonly string[],
  ): Promise<PostStratified | Uncomputable | undefined> {
    return isTriggered(metric) ? undefined : await this.#others.postStratified(metric, dimensions);
  }

  async tails(subject: Subject): Promise<MeanTails> {
    return await this.#others.tails(subject);
  }

  async tally(subject: Subject): Promise<readonly TalliedUsers[] | undefined> {
    return await this.#others.tally(subject);
  }

  /** The triggered requests' share of all, of both versions together. */
  async #share({ trigger }: Triggered, { segment }: Slice): Promise<number> {
    const rows = await this.#table.db.columns(
      `SELECT avg((${triggeredBy(trigger)})::INTEGER) AS share FROM ${this.#table.name} WHERE ${sliceCondition({ cohort: 'all', segment })}`,
    );
    return rows.numbers('share')[0] ?? Number.NaN;
  }

  /** Why the triggered requests of the two versions are not alike: one loses some, or makes its users come back more often. */
  async #uneven({ trigger }: Triggered, { segment }: Slice): Promise<Uncomputable | undefined> {
    const counts = async (cohort: 'canary' | 'stable') => {
      const rows = await this.#table.db.columns(
        `SELECT count(*)::DOUBLE AS requests FROM ${this.#table.name}
         WHERE ${sliceCondition({ cohort, segment })} AND ${triggeredBy(trigger)} GROUP BY unit_index ORDER BY unit_index`,
      );
      const sum = rows.numbers('requests');
      return sampleSums({ requests: sum.map(() => 1), sum }, { zeroOne: false, range: 1 });
    };
    const found = servedDifference(await counts('stable'), await counts('canary'));
    if (found.kind === 'uncomputable') return undefined;
    const level = unevenAlpha / 2;
    const bounds = interval(found, {
      alphaLower: level,
      alphaUpper: level,
      inference: 'sequential',
      plannedUnits: 1000,
    });
    if (bounds.kind !== 'interval' || (bounds.low <= 0 && bounds.high >= 0)) return undefined;
    const [stable, canary] = [found.baseline ?? 0, found.candidate ?? 0].map((mean) => formatQuantity(mean, 'number'));
    return uncomputable(
      `a user has ${canary} requests of the candidate from the first difference on and ${stable} of the baseline, more than chance explains, so that other requests would be compared`,
    );
  }
}

function isTriggered(metric: Metric): metric is Triggered {
  return metric.family === 'kpi' && metric.trigger !== undefined;
}

/** What the versions differ by over all requests, beside the baseline's value over all. */
function overAll(difference: Linearized, share: number, baseline: number): Linearized {
  const value = difference.value * share;
  return {
    ...difference,
    value,
    baseline,
    candidate: baseline + value,
    standardError: difference.standardError * share,
    floorVariance: difference.floorVariance * share ** 2,
  };
}

function relative(difference: Linearized, share: number, baseline: number): Linearized | Uncomputable {
  if (!(baseline > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');
  const scaled = overAll(difference, share / baseline, baseline);
  return { ...scaled, candidate: baseline * (1 + scaled.value) };
}
