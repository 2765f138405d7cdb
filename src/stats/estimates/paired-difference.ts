import type { Linearized } from './linearized.ts';
import {
  eventFloor,
  type FloorOptions,
  hasFloor,
  differenceContributions,
  type ContributionSums,
} from '../sums/contribution-sums.ts';
import {
  isRounding,
  ratioSkewness,
  ratioVariance,
  residualMoments,
  leaveOneOutResiduals,
  residualSums,
  type ResidualSums,
} from '../sums/residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import {
  type PairedSample,
  type ColumnTotals,
  columnTotals,
  type RequestTotals,
  requestTotals,
} from '../sums/sample.ts';

/**
 * Candidate minus baseline over the same requests, sum(candidate - baseline) / sum(requests), with a standard error between units.
 * @param options `zeroOne`: every request contributes 0 or 1 on each side: the floor of proportions is added.
 */
export function pairedDifference(sample: PairedSample, options: FloorOptions = {}): Linearized | Uncomputable {
  return pairedDifferenceOf(pairedDifferenceSums(sample, options));
}

/** `pairedDifference` of units that were added up elsewhere, with the residuals of the difference. */
export function pairedDifferenceOf(sums: PairedSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, baseline, candidate } = sums;
  const moments = residualMoments(sums.residuals);
  if (!hasFloor(sums) && isRounding(moments, baseline.sumOfSquares + candidate.sumOfSquares)) {
    return uncomputable('every unit has the same difference');
  }
  const floorVariance = eventFloor(sums);
  return {
    kind: 'linearized',
    value: sums.difference / totals.requests,
    baseline: baseline.sum / totals.requests,
    candidate: candidate.sum / totals.requests,
    standardError: Math.sqrt(ratioVariance(moments, totals.units, totals.requests) + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units: totals.units,
    requests: totals.requests,
    effectiveUnits: totals.effectiveUnits,
    clusterSize: totals.clusterSize,
    counted: { units: totals.units, requests: totals.requests },
  };
}

/**
 * Candidate over baseline minus one on the same requests, sum(candidate) / sum(baseline) - 1, linearised as a ratio of sums
 * whose denominator is the baseline. The baseline's own concentration counts: a ratio whose denominator rests on
 * three units with an event has no usable linearisation, so the effective units are the fewer of the two.
 * @param options `zeroOne`: every request contributes 0 or 1 on each side: the floor of proportions is added, at the baseline's rate.
 */
export function pairedRelativeDifference(sample: PairedSample, options: FloorOptions = {}): Linearized | Uncomputable {
  return pairedRelativeDifferenceOf(pairedRelativeSums(sample, options));
}

/** `pairedRelativeDifference` of units that were added up elsewhere, with the residuals of the ratio. */
export function pairedRelativeDifferenceOf(sums: PairedSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, baseline, candidate } = sums;
  const ratio = candidate.sum / baseline.sum;
  const moments = residualMoments(sums.residuals);
  const magnitude = baseline.sumOfSquares * ratio * ratio + candidate.sumOfSquares;
  if (!hasFloor(sums) && isRounding(moments, magnitude)) {
    return uncomputable('every unit has the same relative difference');
  }
  const baselineMean = baseline.sum / totals.requests;
  const floorVariance = eventFloor(sums) / baselineMean ** 2;
  return {
    kind: 'linearized',
    value: ratio - 1,
    baseline: baselineMean,
    candidate: candidate.sum / totals.requests,
    standardError: Math.sqrt(ratioVariance(moments, totals.units, baseline.sum) + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units: totals.units,
    requests: totals.requests,
    effectiveUnits: Math.min(totals.effectiveUnits, (baseline.sum * baseline.sum) / baseline.sumOfSquares),
    clusterSize: totals.clusterSize,
    counted: { units: totals.units, requests: totals.requests },
  };
}

/** What both versions' units add up to on the same requests. */
export interface PairTotals {
  readonly kind: 'pair';
  readonly totals: RequestTotals;
  readonly baseline: ColumnTotals;
  readonly candidate: ColumnTotals;
  /** Sum of candidate minus baseline. */
  readonly difference: number;
}

/** What a bound on a comparison of the two needs to know of the units. */
export interface PairedSums extends PairTotals {
  /** Of the difference or of the ratio, leave-one-out. */
  readonly residuals: ResidualSums;
  /** Of the differences, where every request contributes 0 or 1 on each side; absent for other metrics. */
  readonly contributions?: ContributionSums | undefined;
  /** How far apart two values of a request may be, where the metric says so. */
  readonly range?: number | undefined;
}

/** Adds up a pair and the residuals of its difference. */
export function pairedDifferenceSums(sample: PairedSample, options: FloorOptions): PairedSums | Uncomputable {
  const differences = differencesOf(sample);
  const pair = pairTotals(sample, differences);
  if (pair.kind === 'uncomputable') return pair;
  const mean = pair.difference / pair.totals.requests;
  const residuals = leaveOneOutResiduals(sample.requests, differences, mean, pair.totals.requests);
  return withUnits(sample, pair, residuals, differences, options);
}

/** Adds up a pair and the residuals of the candidate's sum over the baseline's. */
export function pairedRelativeSums(sample: PairedSample, options: FloorOptions): PairedSums | Uncomputable {
  const differences = differencesOf(sample);
  const pair = pairTotals(sample, differences);
  if (pair.kind === 'uncomputable') return pair;
  const obstacle = noRatio(pair);
  if (obstacle !== undefined) return obstacle;
  const ratio = pair.candidate.sum / pair.baseline.sum;
  const residuals = leaveOneOutResiduals(sample.baseline, sample.candidate, ratio, pair.baseline.sum);
  return withUnits(sample, pair, residuals, differences, options);
}

/** Why nothing can be told relative to the baseline; undefined where it can. */
export function noRatio({ baseline }: PairTotals): Uncomputable | undefined {
  if (!(baseline.sum > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');
  return baseline.largest >= baseline.sum ? uncomputable('one unit makes up the whole of the baseline') : undefined;
}

function pairTotals(sample: PairedSample, differences: Float64Array): PairTotals | Uncomputable {
  const totals = requestTotals(sample.requests);
  if (totals.kind === 'uncomputable') return totals;
  const baseline = columnTotals(sample.requests, sample.baseline);
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = columnTotals(sample.requests, sample.candidate);
  if (candidate.kind === 'uncomputable') return candidate;
  let difference = 0;
  for (const own of differences) difference += own;
  return { kind: 'pair', totals, baseline, candidate, difference };
}

function differencesOf({ baseline, candidate }: PairedSample): Float64Array {
  const differences = new Float64Array(candidate.length);
  for (let unit = 0; unit < candidate.length; unit += 1) {
    differences[unit] = (candidate[unit] ?? Number.NaN) - (baseline[unit] ?? Number.NaN);
  }
  return differences;
}

function withUnits(
  { requests }: PairedSample,
  pair: PairTotals,
  residuals: Float64Array,
  differences: Float64Array,
  { zeroOne = false, range }: FloorOptions,
): PairedSums {
  return {
    ...pair,
    residuals: residualSums(residuals, requests),
    ...(zeroOne ? { contributions: differenceContributions(requests, differences, pair.totals) } : {}),
    ...(range === undefined ? {} : { range }),
  };
}
