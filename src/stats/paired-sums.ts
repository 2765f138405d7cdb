import { differenceContributions, type ContributionSums } from './contribution-sums.ts';
import { leaveOneOutResiduals, residualSums, type ResidualSums } from './residual-sums.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import { type ColumnTotals, columnTotals, type PairedSample, type RequestTotals, requestTotals } from './sample.ts';

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
}

/** Adds up a pair and the residuals of its difference. */
export function pairedDifferenceSums(sample: PairedSample, zeroOne: boolean): PairedSums | Uncomputable {
  const pair = pairTotals(sample);
  if (pair.kind === 'uncomputable') return pair;
  const { totals, difference } = pair;
  const mean = difference / totals.requests;
  const residuals = leaveOneOutResiduals(sample.requests, differences(sample), mean, totals.requests);
  return { ...pair, residuals: residualSums(residuals, sample.requests), contributions: events(sample, pair, zeroOne) };
}

/** Adds up a pair and the residuals of the candidate's sum over the baseline's. */
export function pairedRelativeSums(sample: PairedSample, zeroOne: boolean): PairedSums | Uncomputable {
  const pair = pairTotals(sample);
  if (pair.kind === 'uncomputable') return pair;
  const obstacle = noRatio(pair);
  if (obstacle !== undefined) return obstacle;
  const ratio = pair.candidate.sum / pair.baseline.sum;
  const residuals = leaveOneOutResiduals(sample.baseline, sample.candidate, ratio, pair.baseline.sum);
  return { ...pair, residuals: residualSums(residuals, sample.requests), contributions: events(sample, pair, zeroOne) };
}

/** Why nothing can be told relative to the baseline; undefined where it can. */
export function noRatio({ baseline }: PairTotals): Uncomputable | undefined {
  if (!(baseline.sum > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');
  return baseline.largest >= baseline.sum ? uncomputable('one unit makes up the whole of the baseline') : undefined;
}

function pairTotals(sample: PairedSample): PairTotals | Uncomputable {
  const totals = requestTotals(sample.requests);
  if (totals.kind === 'uncomputable') return totals;
  const baseline = columnTotals(sample.requests, sample.baseline);
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = columnTotals(sample.requests, sample.candidate);
  if (candidate.kind === 'uncomputable') return candidate;
  let difference = 0;
  for (const own of differences(sample)) difference += own;
  return { kind: 'pair', totals, baseline, candidate, difference };
}

function differences({ baseline, candidate }: PairedSample): Float64Array {
  return candidate.map((sum, unit) => sum - (baseline[unit] ?? Number.NaN));
}

function events(sample: PairedSample, { totals }: PairTotals, zeroOne: boolean): ContributionSums | undefined {
  return zeroOne ? differenceContributions(sample.requests, differences(sample), totals) : undefined;
}
