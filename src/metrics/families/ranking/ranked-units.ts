import { countSums, effectiveUnits, requestWeightedClusterSize } from '../../../stats/sums/cluster-size.ts';

/** Scored requests by unit, and what they add up to. */
export interface RankedUnits {
  readonly requestsOf: Float64Array;
  readonly positivesOf: Float64Array;
  readonly requests: number;
  readonly positives: number;
  readonly negatives: number;
  /** Of the kind of request, positives or negatives, that the fewest units have: the two are sides of a comparison. */
  readonly effectiveUnits: number;
  /** Request-weighted, of all of them. */
  readonly clusterSize: number;
}

/** Adds up scored requests by unit. */
export function rankedUnits(requestsOf: Float64Array, positivesOf: Float64Array): RankedUnits {
  const all = countSums(requestsOf);
  const positives = countSums(positivesOf);
  const negatives = countSums(requestsOf.map((count, unit) => count - (positivesOf[unit] ?? 0)));
  return {
    requestsOf,
    positivesOf,
    requests: all.sum,
    positives: positives.sum,
    negatives: negatives.sum,
    effectiveUnits: Math.min(effectiveUnits(positives), effectiveUnits(negatives)),
    clusterSize: requestWeightedClusterSize(all),
  };
}

/** What is left of a kind of request without one unit's; where it has all of them, all. */
export function without(all: number, own: number): number {
  return own < all ? all - own : all;
}
