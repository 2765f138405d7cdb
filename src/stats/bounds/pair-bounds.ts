import { normalUpperTail, studentUpperQuantile } from '../distributions.ts';
import type { PairSpread } from '../estimates/pair-spread.ts';
import { boundary, powerMargin } from './boundary.ts';

/** At which level pairs of processes are asked for a bound. */
export interface PairLevel {
  /** One-sided, in [1e-12, 0.5). */
  readonly alpha: number;
  /** How often the series has timed processes, this time included; absent where they are timed once. */
  readonly timings?: number | undefined;
}

/** With more pairs than this nobody times a version. */
const mostPairs = 1000;

/**
 * Half-width of a one-sided bound from what pairs of processes differ by: Student's t with R - 1 degrees of freedom where they are timed
 * once. Where they are timed again at every look, a t would pass falsely sooner or later; then it is Student's quantile at the tail of the
 * sequential boundary, which counts pairs: those of all timings so far, with those of one as its planned size.
 */
export function pairHalfWidth({ pairs, standardError }: PairSpread, level: PairLevel): number {
  return standardErrorsOf(pairs, level) * standardError;
}

/**
 * The fewest pairs, at least 3, whose bound is nearer than a distance with a chance of 80%, if pairs go on to differ as they do. The
 * half-width of so few varies by itself: its variance beside the mean's is t^2 / (2 (R - 1)).
 * @param distance from the quantity to its limit, on the scale on which the error is symmetric.
 * @returns undefined where no thousand would do.
 */
export function neededPairs(spread: PairSpread, distance: number, level: PairLevel): number | undefined {
  const deviation = spread.standardError * Math.sqrt(spread.pairs);
  for (let pairs = 3; pairs <= mostPairs; pairs += 1) {
    const standardErrors = standardErrorsOf(pairs, level);
    const margin = powerMargin * Math.sqrt(1 + standardErrors ** 2 / (2 * (pairs - 1)));
    if (((standardErrors + margin) * deviation) / Math.sqrt(pairs) <= distance) return pairs;
  }
  return undefined;
}

function standardErrorsOf(pairs: number, { alpha, timings }: PairLevel): number {
  const z = boundary(timings === undefined ? 'fixed' : 'sequential', alpha, pairs * (timings ?? 1), pairs);
  return studentUpperQuantile(normalUpperTail(z), pairs - 1);
}
