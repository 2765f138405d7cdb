import type { RequestTotals } from './sample.ts';

/**
 * What requests that each contribute -1, 0 or 1 add up to, over units with the same number of requests. As with residuals, a unit
 * may be a group of its own.
 */
export interface ContributionSums {
  /** Requests of each unit of the group. */
  readonly requests: Float64Array;
  /** How many units the group has. */
  readonly units: Float64Array;
  /** Sum of the contributions. */
  readonly total: Float64Array;
  /** Sum of their squares: the number of contributions other than 0. */
  readonly squares: Float64Array;
  /** Sum over units of (total_u - mean * requests_u)^2, with the mean contribution of all requests. */
  readonly deviations: Float64Array;
  /** Units with a contribution other than 0, and units with one that is 0. */
  readonly withEvent: Float64Array;
  readonly withOther: Float64Array;
}

/**
 * The sums of contributions that are in memory, each unit a group of its own.
 * @param total per unit, the sum of its contributions.
 * @param squares per unit, the sum of their squares.
 */
export function contributionSums(
  requests: Float64Array,
  total: Float64Array,
  squares: Float64Array,
  totals: RequestTotals,
): ContributionSums {
  let sum = 0;
  for (const contribution of total) sum += contribution;
  const mean = sum / totals.requests;
  return {
    requests,
    units: new Float64Array(requests.length).fill(1),
    total,
    squares,
    deviations: total.map((own, unit) => (own - mean * (requests[unit] ?? 0)) ** 2),
    withEvent: squares.map((events) => Number(events > 0)),
    withOther: squares.map((events, unit) => Number(events < (requests[unit] ?? 0))),
  };
}

/** The sums of the differences between two versions' events, of which each request has at most one. */
export function differenceContributions(
  requests: Float64Array,
  difference: Float64Array,
  totals: RequestTotals,
): ContributionSums {
  return contributionSums(requests, difference, difference.map(Math.abs), totals);
}
