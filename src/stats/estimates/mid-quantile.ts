/**
 * A quantile of the mid-distribution: between the values low and high it rises evenly from one's mid-distribution to the other's, and
 * below the smallest and above the largest it stays. Where values tie, as times in whole ms do, a quantile of the plain distribution
 * jumps from one to the next however many there are; this one does not.
 */
export interface MidQuantile {
  readonly value: number;
  /** Neighbouring values, the same where the quantile is one of the ends. */
  readonly low: number;
  readonly high: number;
  /** How far it is from low to high, in [0, 1). */
  readonly towardsHigh: number;
  /** Share of all values that are low, or that are high, whichever is larger. */
  readonly heaviest: number;
}

/**
 * Finds a quantile of the mid-distribution F(x) - P(x) / 2, linear between its steps (Ma, Genton and Parzen 2011, Asymptotic properties of
 * sample quantiles of discrete distributions, Annals of the Institute of Statistical Mathematics). Where no values tie it is type 5 of
 * Hyndman and Fan 1996, Sample quantiles in statistical packages.
 * @param sorted values in rising order, at least one.
 * @param probability in (0, 1).
 */
export function midQuantile(sorted: Float64Array, probability: number): MidQuantile {
  const all = sorted.length;
  const wanted = probability * all;
  const run = runAt(sorted, Math.min(all - 1, Math.floor(wanted)));
  const [left, right] =
    middle(run) <= wanted
      ? [run, run.end < all ? runAt(sorted, run.end) : run]
      : [run.start > 0 ? runAt(sorted, run.start - 1) : run, run];
  return midQuantileBetween(
    { value: left.value, count: left.end - left.start, middle: middle(left) },
    { value: right.value, count: right.end - right.start, middle: middle(right) },
    wanted,
    all,
  );
}

/** Values that are the same, and half their number beyond those below: their mid-distribution times the number of all. */
export interface Step {
  readonly value: number;
  readonly count: number;
  readonly middle: number;
}

/**
 * The quantile between two neighbouring steps.
 * @param wanted its probability times the number of all values.
 */
export function midQuantileBetween(low: Step, high: Step, wanted: number, all: number): MidQuantile {
  const rise = high.middle - low.middle;
  const towardsHigh = rise > 0 ? Math.min(1, Math.max(0, (wanted - low.middle) / rise)) : 0;
  return {
    value: low.value + towardsHigh * (high.value - low.value),
    low: low.value,
    high: high.value,
    towardsHigh,
    heaviest: Math.max(low.count, high.count) / all,
  };
}

/** What a value counts as at or below the quantile, so that all of them add up to the quantile's probability: a part where it ties. */
export function midWeight({ low, high, towardsHigh }: Omit<MidQuantile, 'value' | 'heaviest'>, value: number): number {
  if (value < low) return 1;
  if (value === low) return (1 + (low === high ? 0 : towardsHigh)) / 2;
  return value === high ? towardsHigh / 2 : 0;
}

interface Run {
  readonly value: number;
  /** First place, and the place after the last. */
  readonly start: number;
  readonly end: number;
}

function middle({ start, end }: Run): number {
  return (start + end) / 2;
}

/** The values that are the same as the one at a place. */
function runAt(sorted: Float64Array, place: number): Run {
  const value = sorted[place] ?? Number.NaN;
  return {
    value,
    start: firstPlace(sorted, (other) => other >= value),
    end: firstPlace(sorted, (other) => other > value),
  };
}

/** First place of a rising array for which a condition holds that holds from there on. */
function firstPlace(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const half = (from + to) >>> 1;
    if (holds(sorted[half] ?? Number.NaN)) to = half;
    else from = half + 1;
  }
  return from;
}
