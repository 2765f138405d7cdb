import type { ContributionSums } from './contribution-sums.ts';
import type { RequestTotals } from './sample.ts';

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
