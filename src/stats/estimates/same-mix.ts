import type { Linearized } from './linearized.ts';
import type { PostStratified } from './post-stratification.ts';

/** What one segment's difference counts for. */
export interface WeightedDifference {
  /** The segment's share of both sides' requests, in (0, 1]. */
  readonly weight: number;
  /** Candidate minus baseline, with both sides' values. */
  readonly difference: Linearized;
}

/**
 * Candidate minus baseline as it would be with the same mix of segments on both sides, from the difference of each segment: sum_s w_s d_s
 * (Holt and Smith 1979, Post stratification), where the segments share no user. Weights are taken as known, and their third cumulants add up.
 * @param parts at least one.
 * @param covered the share of all requests that the parts hold, in (0, 1]; the weights add up to 1 over them.
 * @param plainDifference without regard to segments.
 */
export function sameMixDifference(
  parts: readonly WeightedDifference[],
  covered: number,
  plainDifference: number,
): PostStratified {
  const sum = (of: (part: WeightedDifference) => number) => parts.reduce((total, part) => total + of(part), 0);
  const value = sum(({ weight, difference }) => weight * difference.value);
  const variance = sum(({ weight, difference }) => (weight * difference.standardError) ** 2);
  const third = sum(({ weight, difference }) => difference.skewness * (weight * difference.standardError) ** 3);
  const difference: Linearized = {
    kind: 'linearized',
    value,
    baseline: sum(({ weight, difference: { baseline = Number.NaN } }) => weight * baseline),
    candidate: sum(({ weight, difference: { candidate = Number.NaN } }) => weight * candidate),
    standardError: Math.sqrt(variance),
    floorVariance: sum(({ weight, difference: { floorVariance } }) => weight ** 2 * floorVariance),
    skewness: variance === 0 ? 0 : third / variance ** 1.5,
    units: sum(({ difference: { units } }) => units),
    requests: sum(({ difference: { requests } }) => requests),
    effectiveUnits: sum(({ difference: { effectiveUnits } }) => effectiveUnits),
    clusterSize: Math.max(...parts.map(({ difference: { clusterSize } }) => clusterSize)),
    counted: {
      units: sum(({ difference: { counted } }) => counted.units),
      requests: sum(({ difference: { counted } }) => counted.requests),
    },
  };
  return {
    kind: 'post-stratified',
    difference,
    covered,
    plainDifference,
    changesSign: value * plainDifference < 0,
  };
}
