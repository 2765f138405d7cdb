import type { ContributionSums } from './contribution-sums.ts';
import { designEffect } from './design-effect.ts';
import type { RequestTotals } from './sample.ts';

/**
 * What is added to the squared standard error of a difference of proportions, (2 d / n)^2: as if, beyond what was seen, four clusters of
 * d requests had an event each. The plug-in variance goes to zero with the events, and without this floor no event would read as
 * proof that there are none (the idea of Agresti and Coull 1998). Without a discordant pair d is the whole request-weighted cluster size m_w,
 * and a margin M is certified from about n = 5.6 m_w / M requests on.
 * @param requestsPerIndependent the design effect d: how many requests count as one, at least 1.
 * @param requests number of requests n, above 0.
 */
export function proportionFloor(requestsPerIndependent: number, requests: number): number {
  return ((2 * requestsPerIndependent) / requests) ** 2;
}

/** The floor of the requests that contributed to a sample; 0 where they are not made of 0 and 1. */
export function eventFloor(contributions: ContributionSums | undefined, totals: RequestTotals): number {
  return contributions === undefined ? 0 : proportionFloor(designEffect(contributions, totals), totals.requests);
}
