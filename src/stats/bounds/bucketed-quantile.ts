import type { IntervalSettings, LevelSettings } from './confidence-bound.ts';
import { proportionInterval } from './proportion-bounds.ts';
import type { Proportion } from '../estimates/proportion.ts';
import type { Interval, Refusal } from '../result.ts';

/** How many values lie above each edge of a histogram. */
export interface Histogram {
  /** Upper edges of the buckets, rising; the last bucket is open and has none. */
  readonly edges: readonly number[];
  /** How many values lie above each edge, in the order of the edges. */
  readonly above: readonly number[];
  /** All values, above 0, which are the pieces of evidence. */
  readonly count: number;
  /** What one of its own unit is of the values': 1000 of seconds, where values are in ms. */
  readonly scale: number;
  /** True where whoever counts chooses the buckets, and no edge can be added. */
  readonly isNative?: true;
}

/** A quantile of which a histogram tells in which bucket it is. */
export interface BucketedQuantile {
  readonly kind: 'bucketed';
  /** The end of its bucket that is a number: the upper one, of the open bucket the lower. */
  readonly value: number;
  readonly baseline?: number;
  readonly candidate?: number;
  /** What the values leave open: the edges around it. */
  readonly within: { readonly low: number; readonly high: number };
  readonly units: number;
  readonly requests: number;
  /** What an edge is in the unit of the values per unit of the histogram; absent of a comparison, which no edge decides. */
  readonly edgeScale?: number;
  /** True where no edge can be added. */
  readonly isNative?: true;
  readonly boundsAt: (settings: IntervalSettings) => Interval | Refusal;
}

/**
 * The quantile of a histogram. What lies above an edge is counted exactly, so that the quantile is proven to be at most an edge where the share above it is
 * proven to be at most 1 - p, and above an edge where that share is proven to be larger: the confidence interval of a quantile by inverting the test of a
 * share (Conover 1999, Practical Nonparametric Statistics, section 3.2), with nothing interpolated within a bucket.
 * @param probability in (0, 1).
 */
export function bucketedQuantile(histogram: Histogram, probability: number): BucketedQuantile {
  const { edges, above, count, scale, isNative } = histogram;
  const position = above.findIndex((more) => more <= (1 - probability) * count * (1 + 1e-12));
  const index = position === -1 ? edges.length : position;
  const within = { low: edges[index - 1] ?? 0, high: edges[index] ?? Infinity };
  return {
    kind: 'bucketed',
    value: Number.isFinite(within.high) ? within.high : within.low,
    within,
    units: count,
    requests: count,
    edgeScale: scale,
    ...(isNative === undefined ? {} : { isNative }),
    boundsAt: (settings) => quantileBounds(histogram, probability, settings),
  };
}

function quantileBounds(
  { edges, above, count }: Histogram,
  probability: number,
  settings: IntervalSettings,
): Interval | Refusal {
  const allowed = 1 - probability;
  let [low, high] = [0, Infinity];
  for (const [index, edge] of edges.entries()) {
    const share = proportionInterval(shareOf((above[index] ?? 0) / count, count), settings);
    if (share.kind === 'refused') return share;
    if (share.low > allowed) low = edge;
    if (share.high <= allowed && edge < high) high = edge;
  }
  return { kind: 'interval', low, high };
}

function shareOf(value: number, count: number): Proportion {
  return {
    kind: 'proportion',
    value,
    units: count,
    requests: count,
    effectiveUnits: count,
    clusterSize: 1,
    designEffect: 1,
    effectiveEvents: value * count,
    effectiveRequests: count,
  };
}

/**
 * How one histogram's quantile differs from another's: anything between what their edges and their intervals leave possible, each at half the level.
 * @param relative divides by the baseline's.
 */
export function bucketedChange(
  baseline: BucketedQuantile,
  candidate: BucketedQuantile,
  relative: boolean,
): BucketedQuantile {
  const change = (from: number, to: number) => {
    if (!relative) return to - from;
    if (from === 0) return Infinity;
    return from === Infinity ? -1 : to / from - 1;
  };
  const within = {
    low: change(baseline.within.high, candidate.within.low),
    high: change(baseline.within.low, candidate.within.high),
  };
  return {
    kind: 'bucketed',
    value: change(baseline.value, candidate.value),
    baseline: baseline.value,
    candidate: candidate.value,
    within,
    units: baseline.units + candidate.units,
    requests: baseline.requests + candidate.requests,
    boundsAt: (settings) => {
      const halved = halfLevels(settings);
      if (halved === undefined) return { kind: 'refused', reason: 'a planned end tells nothing of a histogram' };
      const [from, to] = [baseline.boundsAt(halved), candidate.boundsAt(halved)];
      if (from.kind === 'refused') return from;
      if (to.kind === 'refused') return to;
      return { kind: 'interval', low: change(from.high, to.low), high: change(from.low, to.high) };
    },
  };
}

function halfLevels(settings: IntervalSettings): LevelSettings | undefined {
  if (settings.inference === 'planned') return undefined;
  return { ...settings, alphaLower: settings.alphaLower / 2, alphaUpper: settings.alphaUpper / 2 };
}

/**
 * The largest variance that values can have of which a histogram and their sum are known: as much of the sum as can be lies at the upper edges of the
 * highest buckets, since a square is convex.
 * @param sum of all values, as their unit; not below what the lower edges come to.
 */
export function largestVariance({ edges, above, count }: Histogram, sum: number): number {
  const buckets = [...edges, Infinity].map((high, index) => {
    const more = index === 0 ? count : (above[index - 1] ?? 0);
    return { low: edges[index - 1] ?? 0, high, size: more - (above[index] ?? 0) };
  });
  let spare = sum - buckets.reduce((total, { low, size }) => total + low * size, 0);
  let squares = 0;
  for (const { low, high, size } of buckets.toReversed()) {
    if (size === 0) continue;
    // One value of the open bucket may be all that is left of the sum.
    const moved = Math.max(0, high === Infinity ? spare : Math.min(spare, size * (high - low)));
    const gained = high === Infinity ? (low + moved) ** 2 - low ** 2 : moved * (low + high);
    squares += size * low ** 2 + gained;
    spare -= moved;
  }
  return Math.max(0, squares / count - (sum / count) ** 2);
}
