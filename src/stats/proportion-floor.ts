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

/** What a floor is made from: events by unit of what is made of 0 and 1, or how far apart any two values of a request may be. */
export interface FloorSource {
  readonly totals: RequestTotals;
  readonly contributions?: ContributionSums | undefined;
  readonly range?: number | undefined;
}

/**
 * The floor of a mean: that of proportions where requests are made of 0 and 1; (2 m_w R / n)^2 where two values of a request are at most R
 * apart, since of values other than 0 and 1 nobody knows how requests of a unit agree that have not been met; else 0.
 */
export function eventFloor({ contributions, range, totals }: FloorSource): number {
  if (contributions !== undefined) return proportionFloor(designEffect(contributions, totals), totals.requests);
  return range === undefined ? 0 : proportionFloor(totals.clusterSize, totals.requests) * range * range;
}

/** Whether a mean has a floor, so that units which are all alike say something. */
export function hasFloor({ contributions, range }: Pick<FloorSource, 'contributions' | 'range'>): boolean {
  return contributions !== undefined || range !== undefined;
}

/** How much a metric may hide: see `FloorSource`. A range says more than the events do, where both are there. */
export interface FloorOptions {
  readonly zeroOne?: boolean;
  readonly range?: number | undefined;
}
