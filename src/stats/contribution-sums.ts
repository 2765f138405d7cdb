import type { RequestTotals } from './sample.ts';

/**
 * What requests that each contribute -1, 0 or 1 add up to, over units with the same number of requests. As with residuals, a unit
 * may be a group of its own.
 */
export interface ContributionSums {
  /** Requests of each unit of the group. */
  readonly requests: Float64Array;
  /** How many units the group has; absent where each is a unit. */
  readonly units?: Float64Array;
  /** Sum of the contributions. */
  readonly total: Float64Array;
  /** Sum of their squares: the number of contributions other than 0. */
  readonly squares: Float64Array;
  /** Sum over units of (total_u - mean * requests_u)^2, with the mean contribution of all requests. */
  readonly deviations: Float64Array;
  /** Units with a contribution other than 0, and units with one that is 0. */
  readonly withEvent: number;
  readonly withOther: number;
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
  const deviations = new Float64Array(requests.length);
  let [withEvent, withOther] = [0, 0];
  for (let unit = 0; unit < requests.length; unit += 1) {
    const count = requests[unit] ?? 0;
    const events = squares[unit] ?? 0;
    deviations[unit] = ((total[unit] ?? 0) - mean * count) ** 2;
    if (events > 0) withEvent += 1;
    if (events < count) withOther += 1;
  }
  return { requests, total, squares, deviations, withEvent, withOther };
}

/** The sums of the differences between two versions' events, of which each request has at most one. */
export function differenceContributions(
  requests: Float64Array,
  difference: Float64Array,
  totals: RequestTotals,
): ContributionSums {
  return contributionSums(requests, difference, difference.map(Math.abs), totals);
}
