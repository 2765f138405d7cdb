import type { ClusteredQuantile } from './clustered-quantile.ts';
import { type Linearized, smallerSide } from './linearized.ts';
import type { PairedIndicators } from './paired-indicators.ts';
import { eventFloor } from '../sums/contribution-sums.ts';

/** `served`: the two sides are different units; else what their being the same units adds up to. */
export type QuantilePairing = PairedIndicators | 'served';

/** One side's own quantile, whose error is symmetric on the logarithm. */
export function ownQuantile(side: ClusteredQuantile): Linearized {
  const { units, requests, effectiveUnits, clusterSize } = side.window.totals;
  return {
    kind: 'linearized',
    value: side.quantile,
    standardError: side.logError,
    floorVariance: 0,
    skewness: -side.window.shareSkewness,
    units,
    requests,
    effectiveUnits,
    clusterSize,
    counted: { units, requests },
    logScale: { multiplier: 1, offset: 0 },
  };
}

/** Candidate's quantile over baseline's, minus one. A bound M on it is tested as ln(q_c / q_b) against ln(1 + M). */
export function quantileRelativeDifference(
  baseline: ClusteredQuantile,
  candidate: ClusteredQuantile,
  pairing: QuantilePairing,
): Linearized {
  const correlation = residualCorrelation(baseline, candidate, pairing);
  return {
    ...sizes(baseline, candidate, pairing),
    value: candidate.quantile / baseline.quantile - 1,
    standardError: errorOfLogRatio(candidate.logError, baseline.logError, correlation),
    logScale: { multiplier: 1, offset: -1 },
  };
}

/**
 * Candidate's quantile minus baseline's. A bound M on it is tested as ln(q_c) against ln(q_b + M), so that the baseline's quantile, by which
 * M becomes a ratio, counts with its own error: at that bound d ln(q_b + M) = q_b / q_c d ln(q_b).
 */
export function quantileDifference(
  baseline: ClusteredQuantile,
  candidate: ClusteredQuantile,
  pairing: QuantilePairing,
): Linearized {
  const correlation = residualCorrelation(baseline, candidate, pairing);
  const baselineError = (baseline.logError * baseline.quantile) / candidate.quantile;
  return {
    ...sizes(baseline, candidate, pairing),
    value: candidate.quantile - baseline.quantile,
    standardError: errorOfLogRatio(candidate.logError, baselineError, correlation),
    logScale: { multiplier: baseline.quantile, offset: -baseline.quantile },
  };
}

/**
 * Correlation by unit of the two sides' indicator residuals; 0 between different units. The variance of the difference of
 * the two indicators gets the floor of proportions, so that sides on which no request crossed the quantile differently are not taken to be
 * in lockstep for ever; it lowers the correlation accordingly.
 */
export function residualCorrelation(
  baseline: ClusteredQuantile,
  candidate: ClusteredQuantile,
  pairing: QuantilePairing,
): number {
  if (pairing === 'served') return 0;
  const { totals, shareError, residualSquares } = candidate.window;
  const floor = eventFloor({ contributions: pairing.crossed, totals }) / (2 * shareError * baseline.window.shareError);
  return pairing.products / Math.sqrt(baseline.window.residualSquares * residualSquares) - floor;
}

function errorOfLogRatio(candidateError: number, baselineError: number, correlation: number): number {
  const covariance = correlation * candidateError * baselineError;
  return Math.sqrt(Math.max(0, candidateError ** 2 + baselineError ** 2 - 2 * covariance));
}

/**
 * Skewness of ln q_c - ln q_b of two groups: a share at or below q that comes out too large makes q too small, so the signs turn.
 * Between pairs the two sides' skewness all but cancels, and is left out.
 */
function skewnessOfLogRatio(baseline: ClusteredQuantile, candidate: ClusteredQuantile): number {
  const variance = baseline.logError ** 2 + candidate.logError ** 2;
  const third =
    baseline.logError ** 3 * baseline.window.shareSkewness - candidate.logError ** 3 * candidate.window.shareSkewness;
  return third / variance ** 1.5;
}

function sizes(baseline: ClusteredQuantile, candidate: ClusteredQuantile, pairing: QuantilePairing) {
  const left = baseline.window.totals;
  const right = candidate.window.totals;
  const served = pairing === 'served';
  return {
    kind: 'linearized',
    baseline: baseline.quantile,
    candidate: candidate.quantile,
    floorVariance: 0,
    skewness: served ? skewnessOfLogRatio(baseline, candidate) : 0,
    units: served ? left.units + right.units : right.units,
    requests: served ? left.requests + right.requests : right.requests,
    effectiveUnits: Math.min(left.effectiveUnits, right.effectiveUnits),
    clusterSize: Math.max(left.clusterSize, right.clusterSize),
    counted: smallerSide(left, right),
  } as const;
}
