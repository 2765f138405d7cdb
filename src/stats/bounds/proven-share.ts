import type { Proportion } from '../estimates/proportion.ts';
import { effectiveCounts, isAbove, proportionLowerBound, proportionUpperBound } from './proportion-bounds.ts';

/**
 * Effective requests at which tests of few requests are at their sharpest: a prior worth ten of them. Any number that is fixed before the
 * data is valid.
 */
const fewRequests = 63;

/**
 * Whether a proportion is above p0 for certain at every look, however few units there are: the beta-binomial mixture test on effective
 * counts. With p0 = 1/2 on discordant pairs it is a sequential sign test (McNemar 1947, Note on the sampling error of the difference
 * between correlated proportions).
 * @param p0 in (0, 1).
 * @param alpha one-sided, in (0, 1).
 */
export function isProvenAbove(proportion: Proportion, p0: number, alpha: number): boolean {
  return isAbove({ ...effectiveCounts(proportion, 1), plannedRequests: fewRequests }, p0, alpha);
}

/**
 * Whether one proportion, which may be of few requests, is below another of other requests for certain at every look: its upper bound
 * is below the other's lower bound, each at half of alpha.
 * @param plannedUnits N* of the other.
 */
export function isProvenLess(few: Proportion, many: Proportion, alpha: number, plannedUnits: number): boolean {
  const counts = { ...effectiveCounts(few, 1), plannedRequests: fewRequests };
  const most = proportionUpperBound(counts, alpha / 2, 'sequential');
  return most < proportionLowerBound(effectiveCounts(many, plannedUnits), alpha / 2, 'sequential');
}
