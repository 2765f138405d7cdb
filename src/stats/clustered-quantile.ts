import { leaveOneOutResiduals, ratioSkewness, ratioVariance, residualMoments } from './residual-moments.ts';
import { type DataSize, type Refusal, type Uncomputable, uncomputable } from './result.ts';
import { columnTotals, type RequestTotals, requestTotals } from './sample.ts';

/** Below this many distinct units beyond the quantile there is no interval. */
export const fewestUnitsBeyond = 20;

/** One side of a quantile comparison, before the two neighbouring quantiles are known. */
export interface QuantileCounts {
  /** Probability of the quantile, in (0, 1). */
  readonly probability: number;
  /** The sample quantile q at that probability. */
  readonly quantile: number;
  /** Requests per unit. */
  readonly requests: Float64Array;
  /** Requests per unit whose value is at most q. */
  readonly atMost: Float64Array;
}

/** What a quantile's bound needs next: the sample quantiles at two neighbouring probabilities. */
export interface QuantileWindow {
  readonly kind: 'window';
  /** What it was computed from. */
  readonly counts: QuantileCounts;
  /** Standard error of the share of requests at or below q, between units. */
  readonly shareError: number;
  /** Skewness of that share. */
  readonly shareSkewness: number;
  /** The probabilities p - 2 sF and p + 2 sF whose sample quantiles are needed. */
  readonly below: number;
  readonly above: number;
  /** Leave-one-out indicator residuals per unit, in the order of the columns. */
  readonly residuals: Float64Array;
  readonly totals: RequestTotals;
  /** Distinct units with a request beyond q. */
  readonly unitsBeyond: number;
}

/** One side's quantile with its standard error on the scale of the logarithm. */
export interface ClusteredQuantile {
  readonly kind: 'quantile';
  readonly quantile: number;
  /** Standard error of ln q. */
  readonly logError: number;
  readonly window: QuantileWindow;
}

/**
 * First half of a clustered Woodruff interval: how well the units determine the share of requests at or below the sample
 * quantile, and the two probabilities that this uncertainty reaches (Woodruff 1952, Confidence intervals for medians and
 * other position measures; for clusters Francisco and Fuller 1991).
 * @returns a refusal when fewer than 20 distinct units reach beyond the quantile or the probabilities leave (0, 1).
 */
export function quantileWindow(counts: QuantileCounts): QuantileWindow | Refusal | Uncomputable {
  const { probability, quantile, requests, atMost } = counts;
  if (!(probability > 0 && probability < 1)) throw new RangeError('A quantile needs a probability in (0, 1).');
  const totals = requestTotals(requests);
  if (totals.kind === 'uncomputable') return totals;
  const column = columnTotals(requests, atMost);
  if (column.kind === 'uncomputable') return column;
  if (!Number.isFinite(quantile) || quantile <= 0) return uncomputable('the quantile is not above zero');

  const unitsBeyond = countUnitsBeyond(requests, atMost);
  if (unitsBeyond < fewestUnitsBeyond) return tooFewBeyond(unitsBeyond, totals);
  const share = column.sum / totals.requests;
  const residuals = leaveOneOutResiduals(requests, atMost, share, totals.requests);
  const moments = residualMoments(residuals, requests);
  const shareError = Math.sqrt(ratioVariance(moments, totals.units, totals.requests));
  if (shareError === 0) return uncomputable('every unit has the same share of requests at or below the quantile');
  const below = probability - 2 * shareError;
  const above = probability + 2 * shareError;
  if (below <= 0 || above >= 1) return windowOutside(probability, shareError, totals);
  const shareSkewness = ratioSkewness(moments);
  return { kind: 'window', counts, totals, shareError, shareSkewness, below, above, residuals, unitsBeyond };
}

/**
 * Second half: the standard error of ln q from how far the sample quantiles at the two probabilities lie apart,
 * g = (ln Q(p + 2 sF) - ln Q(p - 2 sF)) / 4.
 */
export function clusteredQuantile(
  window: QuantileWindow,
  quantileBelow: number,
  quantileAbove: number,
): ClusteredQuantile | Uncomputable {
  if (!(quantileBelow > 0 && Number.isFinite(quantileAbove))) {
    return uncomputable('a quantile next to the one asked for is not above zero');
  }
  if (quantileBelow > window.counts.quantile || quantileAbove < window.counts.quantile) {
    throw new RangeError('The neighbouring quantiles must lie on either side of the quantile.');
  }
  if (quantileBelow === quantileAbove) return uncomputable('the values around the quantile are all the same');
  const logError = Math.log(quantileAbove / quantileBelow) / 4;
  return { kind: 'quantile', quantile: window.counts.quantile, logError, window };
}

function countUnitsBeyond(requests: Float64Array, atMost: Float64Array): number {
  let units = 0;
  for (let unit = 0; unit < requests.length; unit += 1) if ((requests[unit] ?? 0) > (atMost[unit] ?? 0)) units += 1;
  return units;
}

function tooFewBeyond(unitsBeyond: number, size: DataSize): Refusal {
  const reason = `${unitsBeyond} units have a request beyond the quantile, ${fewestUnitsBeyond} are needed`;
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
