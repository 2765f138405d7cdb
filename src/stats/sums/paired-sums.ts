import { differenceContributions, type ContributionSums, type FloorOptions } from './contribution-sums.ts';
import { leaveOneOutResiduals, residualSums, type ResidualSums } from './residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import { type ColumnTotals, columnTotals, type PairedSample, type RequestTotals, requestTotals } from './sample.ts';

/** What two versions are compared by: candidate minus baseline, or candidate over baseline minus one. */
export type ComparedQuantity = 'difference' | 'relative';

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

/** Adds up a pair in memory, with the residuals of its difference or of the candidate's sum over the baseline's. */
export function pairedSums(
  sample: PairedSample,
  quantity: ComparedQuantity,
  { zeroOne = false, range }: FloorOptions,
): PairedSums | Uncomputable {
  const { requests } = sample;
  const differences = differencesOf(sample);
  const pair = pairTotals(sample, differences);
  if (pair.kind === 'uncomputable') return pair;
  const { totals, baseline, candidate, difference } = pair;
  const obstacle = quantity === 'relative' ? noRatio(pair) : undefined;
  if (obstacle !== undefined) return obstacle;
  const residuals =
    quantity === 'relative'
      ? leaveOneOutResiduals(sample.baseline, sample.candidate, candidate.sum / baseline.sum, baseline.sum)
      : leaveOneOutResiduals(requests, differences, difference / totals.requests, totals.requests);
  return {
    ...pair,
    residuals: residualSums(residuals, requests),
    ...(zeroOne ? { contributions: differenceContributions(requests, differences, totals) } : {}),
    ...(range === undefined ? {} : { range }),
  };
}

/** Why nothing can be told relative to the baseline; undefined where it can. */
export function noRatio({ baseline }: PairTotals): Uncomputable | undefined {
  if (!(baseline.sum > 0)) return uncomputable('the baseline is not above zero, so nothing is relative to it');
  return baseline.largest >= baseline.sum ? uncomputable('one user makes up the whole of the baseline') : undefined;
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
