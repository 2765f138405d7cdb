import type { Metric } from '../domain/metric.ts';
import { untriggered } from '../domain/statistics/bounded-metric.ts';
import type { Role } from '../domain/role.ts';
import { countOf, formatCount, formatQuantity } from '../domain/format-number.ts';
import { sampleRatio } from '../stats/distances/sample-ratio.ts';
import { interval } from '../stats/bounds/confidence-bound.ts';
import type { Linearized } from '../stats/estimates/linearized.ts';
import { servedDifference } from '../stats/estimates/served-difference.ts';
import type { PostStratified } from '../stats/estimates/post-stratification.ts';
import { type Uncomputable, uncomputable } from '../stats/result.ts';
import { sampleSums } from '../stats/sums/sample-sums.ts';
import type { TalliedUsers } from '../stats/sums/user-tally.ts';
import { triggeredBy } from './families/business-metric.ts';
import type { MovedUnits } from './means/unit-totals.ts';
import type { Measurer } from './measurer.ts';
import type { Measured } from './table/estimate.ts';
import type { JudgedTable } from './table/judged-table.ts';
import type { MeanTails } from './table/mean-tails.ts';
import { type Slice, sliceCondition } from './table/slice.ts';
import type { Subject, TestedQuantity } from './table/subject.ts';

type Triggered = Extract<Metric, { readonly family: 'kpi' }> & { readonly trigger: 'user' | 'request' };

/** How often both questions together may find the triggered users of two healthy versions unlike each other. */
const unevenAlpha = 0.001;

const where = { user: 'from the first difference on', request: 'on which the answers differ' } as const;

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

  async moved(subject: Subject): Promise<Readonly<Record<Role, MovedUnits>> | undefined> {
    return isTriggered(subject.metric) ? undefined : await this.#others.moved?.(subject);
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
    const [stable, canary] = await Promise.all(
      (['stable', 'canary'] as const).map((cohort) => this.#triggeredOfUsers(trigger, { cohort, segment })),
    );
    if (stable === undefined || canary === undefined) return undefined;
    const met = [stable, canary].map((users) => users.filter((requests) => requests > 0));
    const [before = 0, after = 0] = met.map(({ length }) => length);
    if (isLost([before, after], [stable.length, canary.length])) {
      return uncomputable(
        `the answers differ for ${formatCount(after)} of ${countOf(canary.length, 'user')} of the candidate and for ${formatCount(before)} of ${formatCount(stable.length)} of the baseline, more than chance explains, so that one of them loses such requests`,
      );
    }
    const counts = provenDifference(met[0] ?? stable, met[1] ?? canary);
    if (counts === undefined) return undefined;
    const [fewer, more] = counts.map((mean) => formatQuantity(mean, 'number'));
    return uncomputable(
      `a user has ${more} requests of the candidate ${where[trigger]} and ${fewer} of the baseline, more than chance explains, so that other requests would be compared`,
    );
  }

  /** Of every user of a cohort how many requests are triggered. */
  async #triggeredOfUsers(trigger: Triggered['trigger'], slice: Slice): Promise<Float64Array> {
    const rows = await this.#table.db.columns(
      `SELECT (count(*) FILTER (WHERE ${triggeredBy(trigger)}))::DOUBLE AS requests FROM ${this.#table.name}
       WHERE ${sliceCondition(slice)} GROUP BY unit_index ORDER BY unit_index`,
    );
    return rows.numbers('requests');
  }
}

function isTriggered(metric: Metric): metric is Triggered {
  return metric.family === 'kpi' && metric.trigger !== undefined;
}

/** Whether the users for whom the answers differ are split otherwise than all users are: which they are is the requests' doing and not the version's. */
function isLost(counts: readonly number[], users: readonly number[]): boolean {
  const all = users.reduce((sum, each) => sum + each, 0);
  if (users.includes(0)) return false;
  const shares = users.map((each) => each / all);
  return sampleRatio(counts, shares).pValue < unevenAlpha / 2;
}

/**
 * The means of one number per user on the stable and the canary cohort, where they differ by more than chance does; undefined where they may be
 * the same, or nobody can tell.
 */
function provenDifference(
  stable: Float64Array,
  canary: Float64Array,
): readonly [stable: number, canary: number] | undefined {
  const [before, after] = [stable, canary].map((sum) =>
    sampleSums({ requests: sum.map(() => 1), sum }, { zeroOne: false, range: 1 }),
  );
  if (before === undefined || after === undefined) return undefined;
  const found = servedDifference(before, after);
  if (found.kind === 'uncomputable') return undefined;
  const level = unevenAlpha / 4;
  const bounds = interval(found, {
    alphaLower: level,
    alphaUpper: level,
    inference: 'sequential',
    plannedUnits: 1000,
  });
  if (bounds.kind !== 'interval' || (bounds.low <= 0 && bounds.high >= 0)) return undefined;
  return [found.baseline ?? 0, found.candidate ?? 0];
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
