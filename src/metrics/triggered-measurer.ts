import type { Metric } from '../domain/metric.ts';
import { isTriggered, type Trigger, type TriggeredMetric, untriggered } from '../domain/statistics/bounded-metric.ts';
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

/** Of every unit of a slice how many requests it has, and how many of them are triggered. */
export interface TriggeredRequests {
  readonly requests: Float64Array;
  readonly triggered: Float64Array;
}

/** Counts a slice's requests by unit. */
export type CountTriggered = (trigger: Trigger, slice: Slice) => Promise<TriggeredRequests>;

/** How often both questions together may find the triggered users of two healthy versions unlike each other. */
const unevenAlpha = 0.001;

const where = { user: 'from the first difference on', request: 'on which the answers differ' } as const;

/**
 * Measures as the measurer that it is given, and a metric with a trigger by its triggered requests alone: elsewhere the versions answer alike, and what is
 * compared there is chance. The difference over triggered requests times their share of all requests is what the versions differ by over all.
 */
export class TriggeredMeasurer implements Measurer {
  readonly #others: Measurer;
  readonly #count: CountTriggered;

  constructor(others: Measurer, count: CountTriggered) {
    this.#others = others;
    this.#count = count;
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric } = subject;
    if (!isTriggered(metric) || quantity === 'own') return await this.#others.measure(subject, quantity);
    const difference = await this.#others.measure(subject, 'difference');
    if (difference.kind !== 'linearized') return difference;
    const { segment } = subject.slice;
    const stable = await this.#count(metric.trigger, { cohort: 'stable', segment });
    const canary = await this.#count(metric.trigger, { cohort: 'canary', segment });
    const uneven = unevenness(metric, stable, canary);
    if (uneven !== undefined) return uneven;
    const share = shareTriggered([stable, canary]);
    const whole = await this.#others.measure({ ...subject, metric: untriggered(metric) }, 'difference');
    if (whole.kind !== 'linearized' || whole.baseline === undefined) return whole;
    return quantity === 'relative' ? relative(difference, share, whole) : overAll(difference, share, whole);
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
}

/** Counts in a table of judged requests. */
export function triggeredIn({ db, name }: JudgedTable): CountTriggered {
  return async (trigger, slice) => {
    const rows = await db.columns(
      `SELECT count(*)::DOUBLE AS requests, (count(*) FILTER (WHERE ${triggeredBy(trigger)}))::DOUBLE AS triggered
       FROM ${name} WHERE ${sliceCondition(slice)} GROUP BY unit_index ORDER BY unit_index`,
    );
    return { requests: rows.numbers('requests'), triggered: rows.numbers('triggered') };
  };
}

/** The triggered requests' share of all, of both versions together. */
function shareTriggered(sides: readonly TriggeredRequests[]): number {
  const total = (counts: (side: TriggeredRequests) => Float64Array) =>
    sides.reduce((sum, side) => sum + counts(side).reduce((part, each) => part + each, 0), 0);
  return total(({ triggered }) => triggered) / total(({ requests }) => requests);
}

/** Why the triggered requests of the two versions are not alike: one loses some, or makes its users come back more often. */
function unevenness(
  { trigger }: TriggeredMetric,
  stable: TriggeredRequests,
  canary: TriggeredRequests,
): Uncomputable | undefined {
  const met = [stable, canary].map(({ triggered }) => triggered.filter((requests) => requests > 0));
  const [before = 0, after = 0] = met.map(({ length }) => length);
  const [ofBaseline, ofCandidate] = [stable.triggered.length, canary.triggered.length];
  if (isLost([before, after], [ofBaseline, ofCandidate])) {
    return uncomputable(
      `the answers differ for ${formatCount(after)} of ${countOf(ofCandidate, 'user')} of the candidate and for ${formatCount(before)} of ${formatCount(ofBaseline)} of the baseline, more than chance explains, so one of them loses such requests`,
    );
  }
  const counts = provenDifference(met[0] ?? stable.triggered, met[1] ?? canary.triggered);
  if (counts === undefined) return undefined;
  const [fewer, more] = counts.map((mean) => formatQuantity(mean, 'number'));
  return uncomputable(
    `a user has ${more} requests of the candidate ${where[trigger]} and ${fewer} of the baseline, more than chance explains, so different requests would be compared`,
  );
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

/** What the versions differ by over all requests, beside the baseline's value over all; the data that would decide are told in requests of the log. */
function overAll(difference: Linearized, share: number, whole: Linearized): Linearized {
  const { baseline = Number.NaN, units, requests, counted } = whole;
  const value = difference.value * share;
  return {
    ...difference,
    value,
    baseline,
    candidate: baseline + value,
    standardError: difference.standardError * share,
    floorVariance: difference.floorVariance * share ** 2,
    units,
    requests,
    counted,
  };
}

function relative(difference: Linearized, share: number, whole: Linearized): Linearized | Uncomputable {
  const { baseline = Number.NaN } = whole;
  if (!(baseline > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');
  const scaled = overAll(difference, share / baseline, whole);
  return { ...scaled, candidate: baseline * (1 + scaled.value) };
}
