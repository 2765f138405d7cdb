import { ratioSkewness, ratioVariance, residualMoments } from '../sums/residual-sums.ts';
import { type DataSize, type Refusal, type Uncomputable, uncomputable } from '../result.ts';
import type { RequestTotals } from '../sums/sample.ts';
import { sampleSums, type SampleSums } from '../sums/sample-sums.ts';

/** Below this many distinct units beyond the quantile there is no interval. */
export const fewestUnitsBeyond = 20;

/** Where a larger share of the requests has one value at the quantile, the values are too coarse to tell how it varies. */
const largestTie = 0.15;

/** One side of a quantile comparison, before the two neighbouring quantiles are known. */
export interface QuantileCounts {
  /** Probability of the quantile, in (0, 1). */
  readonly probability: number;
  /** The sample quantile q at that probability. */
  readonly quantile: number;
  /** Requests per unit. */
  readonly requests: Float64Array;
  /** Requests per unit whose value is at most q, of those that tie with it a part (`midWeight`). */
  readonly atMost: Float64Array;
  /** Distinct units with a request beyond q. */
  readonly unitsBeyond: number;
  /** Share of requests with one and the same value at q. */
  readonly heaviest: number;
}

/** What a quantile's bound needs next: the sample quantiles at two neighbouring probabilities. */
export interface QuantileWindow {
  readonly kind: 'window';
  /** The sample quantile q. */
  readonly quantile: number;
  /** Share of requests at or below q. */
  readonly share: number;
  /** Standard error of that share, between units. */
  readonly shareError: number;
  /** Skewness of that share. */
  readonly shareSkewness: number;
  /** The probabilities p - 2 sF and p + 2 sF whose sample quantiles are needed. */
  readonly below: number;
  readonly above: number;
  /** Sum over units of the squared leave-one-out residuals of the share. */
  readonly residualSquares: number;
  readonly totals: RequestTotals;
  /** Distinct units with a request beyond q. */
  readonly unitsBeyond: number;
}

/** A window whose units are in memory. */
export interface CountedWindow extends QuantileWindow {
  /** What it was computed from. */
  readonly counts: QuantileCounts;
}

/** One side's quantile with its standard error on the scale of the logarithm. */
export interface ClusteredQuantile<Window extends QuantileWindow = QuantileWindow> {
  readonly kind: 'quantile';
  readonly quantile: number;
  /** Standard error of ln q. */
  readonly logError: number;
  readonly window: Window;
}

/**
 * First half of a clustered Woodruff interval: how well the units determine the share of requests at or below the sample
 * quantile, and the two probabilities that this uncertainty reaches (Woodruff 1952, Confidence intervals for medians and
 * other position measures; for clusters Francisco and Fuller 1991).
 * Quantiles are those of the mid-distribution (see `midQuantile`), so that values which tie, as whole ms do, tell of their spread.
 * @returns a refusal when fewer than 20 distinct units reach beyond the quantile or the probabilities leave (0, 1).
 */
export function quantileWindow(counts: QuantileCounts): CountedWindow | Refusal | Uncomputable {
  const { requests, atMost } = counts;
  const window = quantileWindowOf(sampleSums({ requests, sum: atMost }, {}), counts);
  return window.kind === 'window' ? { ...window, counts } : window;
}

/** `quantileWindow` of units that were added up elsewhere: the requests, and as their sum those at or below the quantile. */
export function quantileWindowOf(
  sums: SampleSums | Uncomputable,
  { probability, quantile, unitsBeyond, heaviest }: Omit<QuantileCounts, 'requests' | 'atMost'>,
): QuantileWindow | Refusal | Uncomputable {
  if (!(probability > 0 && probability < 1)) throw new RangeError('A quantile needs a probability in (0, 1).');
  if (sums.kind === 'uncomputable') return sums;
  if (!Number.isFinite(quantile) || quantile <= 0) return uncomputable('the quantile is not above zero');
  const { totals, column, residuals } = sums;
  if (heaviest > largestTie) return tooCoarse(heaviest);
  if (unitsBeyond < fewestUnitsBeyond) return tooFewBeyond(unitsBeyond, totals);
  const moments = residualMoments(residuals);
  const shareError = Math.sqrt(ratioVariance(moments, totals.units, totals.requests));
  if (shareError === 0) return uncomputable('every user has the same share of requests at or below the quantile');
  const below = probability - 2 * shareError;
  const above = probability + 2 * shareError;
  if (below <= 0 || above >= 1) return windowOutside(probability, shareError, totals);
  return {
    kind: 'window',
    quantile,
    share: column.sum / totals.requests,
    shareError,
    shareSkewness: ratioSkewness(moments),
    below,
    above,
    residualSquares: residuals.squares.reduce((sum, squares) => sum + squares, 0),
    totals,
    unitsBeyond,
  };
}

/**
 * Second half: the standard error of ln q from how far the sample quantiles at the two probabilities lie apart,
 * g = (ln Q(p + 2 sF) - ln Q(p - 2 sF)) / 4.
 */
export function clusteredQuantile<Window extends QuantileWindow>(
  window: Window,
  quantileBelow: number,
  quantileAbove: number,
): ClusteredQuantile<Window> | Uncomputable {
  const { quantile } = window;
  if (!(quantileBelow > 0 && Number.isFinite(quantileAbove))) {
    return uncomputable('a quantile next to the one asked for is not above zero');
  }
  if (quantileBelow > quantile || quantileAbove < quantile) {
    throw new RangeError('The neighbouring quantiles must lie on either side of the quantile.');
  }
  if (quantileBelow === quantileAbove) return uncomputable('the values around the quantile are all the same');
  return { kind: 'quantile', quantile, logError: Math.log(quantileAbove / quantileBelow) / 4, window };
}

function tooCoarse(heaviest: number): Uncomputable {
  const share = Math.round(100 * heaviest);
  return uncomputable(`recorded too coarsely: ${share}% of the requests have the same value at the quantile`);
}

function tooFewBeyond(unitsBeyond: number, size: DataSize): Refusal {
  const reason = `too few users have a request beyond the quantile: ${unitsBeyond} of the ${fewestUnitsBeyond} needed`;
  return unitsBeyond === 0
    ? { kind: 'refused', reason }
    : { kind: 'refused', reason, needed: grown(size, fewestUnitsBeyond / unitsBeyond) };
}

function windowOutside(probability: number, shareError: number, size: DataSize): Refusal {
  // The share's error falls with the root of the data, and two of them must fit between the probability and the nearer end.
  const growth = ((2 * shareError) / Math.min(probability, 1 - probability)) ** 2;
  const reason = 'the uncertainty of the quantile reaches beyond the sample';
  return { kind: 'refused', reason, needed: grown(size, growth) };
}

function grown(size: DataSize, growth: number): DataSize {
  return { units: Math.floor(size.units * growth) + 1, requests: Math.floor(size.requests * growth) + 1 };
}
