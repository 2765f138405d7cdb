import type { CountedWindow } from './clustered-quantile.ts';
import { type ContributionSums, differenceContributions } from '../sums/contribution-sums.ts';
import { leaveOneOutResiduals } from '../sums/residual-sums.ts';

/** What two versions' quantiles have in common on the same units, each by whether a request is at or below its quantile. */
export interface PairedIndicators {
  /** Sum over units of the products of the two sides' leave-one-out residuals. */
  readonly products: number;
  /** Requests that are at or below the candidate's quantile and not the baseline's, less those the other way round. */
  readonly crossed: ContributionSums;
}

/** Adds up what two sides that are in memory have in common; their units are in the same order. */
export function pairedIndicators(baseline: CountedWindow, candidate: CountedWindow): PairedIndicators {
  const [left, right] = [residualsOf(baseline), residualsOf(candidate)];
  if (left.length !== right.length) throw new RangeError('Paired sides have the same units.');
  let products = 0;
  for (let unit = 0; unit < left.length; unit += 1) products += (left[unit] ?? 0) * (right[unit] ?? 0);
  const { requests, atMost } = candidate.counts;
  const crossed = atMost.map((count, unit) => count - (baseline.counts.atMost[unit] ?? 0));
  return { products, crossed: differenceContributions(requests, crossed, candidate.totals) };
}

function residualsOf({ counts, share, totals }: CountedWindow): Float64Array {
  return leaveOneOutResiduals(counts.requests, counts.atMost, share, totals.requests);
}
