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

/** Weight, in units that tell something, of the assumption that requests of one unit agree entirely. */
const priorUnits = 5;

/**
 * How many requests of a sample count as one when each contributes -1, 0 or 1: 1 + (m_w - 1) rho (Kish 1965, Survey Sampling), with the
 * correlation rho between two requests of a unit estimated twice and the larger taken. Once from the variance between units, which
 * rests on the heavy ones, and once from all pairs of requests, each unit weighted by its requests, which does not miss the correlation
 * while no heavy unit has had an event. Both know nothing while events are few, so they are shrunk towards 1 by the weight of
 * five units: rho = (A * clip(.., 0, 1) + 5) / (A + 5), where A is the number of units with an event or, if fewer, with something else.
 * @returns at least 1, at most the request-weighted cluster size.
 */
export function designEffect(sums: ContributionSums, totals: RequestTotals): number {
  if (totals.clusterSize <= 1) return 1;
  const mean = sumOf(sums.total) / totals.requests;
  const variance = sumOf(sums.squares) / totals.requests - mean * mean;
  let pairProducts = 0;
  let pairs = 0;
  for (let group = 0; group < sums.requests.length; group += 1) {
    const count = sums.requests[group] ?? 0;
    const units = sums.units?.[group] ?? 1;
    if (count <= 1) continue;
    const ownSquares = (sums.squares[group] ?? 0) - 2 * mean * (sums.total[group] ?? 0) + mean * mean * count * units;
    pairProducts += ((sums.deviations[group] ?? 0) - ownSquares) / (count - 1);
    pairs += units * count;
  }
  const informative = variance > 0 ? Math.min(sums.withEvent, sums.withOther) : 0;
  if (informative === 0) return totals.clusterSize;
  const plain = (totals.units / (totals.units - 1)) * (sumOf(sums.deviations) / (variance * totals.requests));
  const correlation = Math.max((plain - 1) / (totals.clusterSize - 1), pairProducts / (pairs * variance));
  const shrunk = (informative * Math.min(1, Math.max(0, correlation)) + priorUnits) / (informative + priorUnits);
  return 1 + (totals.clusterSize - 1) * shrunk;
}

function sumOf(column: Float64Array): number {
  let sum = 0;
  for (const value of column) sum += value;
  return sum;
}

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
