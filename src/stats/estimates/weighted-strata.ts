import type { Linearized } from './linearized.ts';
import type { Proportion } from './proportion.ts';

/** One stratum's estimate, and the share that it has in the whole: above 0, all sum to 1. */
export interface Stratum<Estimate> {
  readonly share: number;
  readonly estimate: Estimate;
}

/**
 * The mean of independent strata's estimates at fixed shares (Cochran 1977, Sampling Techniques, section 5.3): sum of share times value,
 * with the sum of share^2 times variance. Within each stratum both sides are compared with each other, so that a mixture which differs
 * between the sides cannot turn the sign. Effective units follow Satterthwaite 1946: a stratum with few of them counts by its part of the
 * variance.
 */
export function weightedStrata(strata: readonly Stratum<Linearized>[]): Linearized {
  return combined(
    strata,
    sumOf(strata, ({ value }) => value),
    0,
  );
}

/**
 * The candidate's weighted mean over the baseline's, minus one: each stratum's relative difference, weighted by its share of the baseline's
 * sum (delta method). What the weights themselves do not know is at most their distance from the whole times the difference's error.
 */
export function weightedRelativeStrata(
  strata: readonly Stratum<{ readonly difference: Linearized; readonly relative: Linearized }>[],
): Linearized | undefined {
  const [baseline, candidate] = (['baseline', 'candidate'] as const).map((side) =>
    strata.reduce((sum, { share, estimate }) => sum + share * (estimate.difference[side] ?? Number.NaN), 0),
  );
  if (baseline === undefined || candidate === undefined || !(baseline > 0)) return undefined;
  const value = candidate / baseline - 1;
  const relative = strata.map(({ share, estimate }) => ({
    share: (share * (estimate.difference.baseline ?? Number.NaN)) / baseline,
    estimate: estimate.relative,
  }));
  const ofWeights = strata.map(
    ({ share, estimate: { relative: own, difference } }) =>
      ((share / baseline) * (own.value - value) * difference.standardError) ** 2,
  );
  return {
    ...combined(
      relative,
      value,
      ofWeights.reduce((sum, part) => sum + part, 0),
    ),
    baseline,
    candidate,
  };
}

/** One proportion over all strata: their events and requests, each at its own design effect. */
export function pooledProportion(proportions: readonly Proportion[]): Proportion {
  const total = (of: (each: Proportion) => number) => proportions.reduce((sum, each) => sum + of(each), 0);
  const requests = total((each) => each.requests);
  const effectiveRequests = total((each) => each.effectiveRequests);
  return {
    kind: 'proportion',
    value: total((each) => each.value * each.requests) / requests,
    units: total((each) => each.units),
    requests,
    effectiveUnits: total((each) => each.effectiveUnits),
    clusterSize: Math.max(...proportions.map((each) => each.clusterSize)),
    designEffect: requests / effectiveRequests,
    effectiveEvents: total((each) => each.effectiveEvents),
    effectiveRequests,
  };
}

function sumOf(strata: readonly Stratum<Linearized>[], of: (estimate: Linearized) => number): number {
  return strata.reduce((sum, { share, estimate }) => sum + share * of(estimate), 0);
}

function combined(strata: readonly Stratum<Linearized>[], value: number, furtherVariance: number): Linearized {
  const total = (of: (stratum: Stratum<Linearized>) => number) => strata.reduce((sum, each) => sum + of(each), 0);
  const varianceOf = ({ share, estimate }: Stratum<Linearized>) => (share * estimate.standardError) ** 2;
  const own = total(varianceOf);
  const standardError = Math.sqrt(own + furtherVariance);
  const cumulant = total(({ share, estimate }) => estimate.skewness * (share * estimate.standardError) ** 3);
  const spread = total((each) => varianceOf(each) ** 2 / each.estimate.effectiveUnits);
  const hasSides = strata.every(({ estimate }) => estimate.baseline !== undefined && estimate.candidate !== undefined);
  return {
    kind: 'linearized',
    value,
    ...(hasSides
      ? {
          baseline: sumOf(strata, ({ baseline = Number.NaN }) => baseline),
          candidate: sumOf(strata, ({ candidate = Number.NaN }) => candidate),
        }
      : {}),
    standardError,
    floorVariance: total(({ share, estimate }) => share * share * estimate.floorVariance),
    skewness: standardError > 0 ? cumulant / standardError ** 3 : 0,
    units: total(({ estimate }) => estimate.units),
    requests: total(({ estimate }) => estimate.requests),
    effectiveUnits: spread > 0 ? own ** 2 / spread : Math.min(...strata.map(({ estimate }) => estimate.effectiveUnits)),
    clusterSize: Math.max(...strata.map(({ estimate }) => estimate.clusterSize)),
    counted: {
      units: total(({ estimate }) => estimate.counted.units),
      requests: total(({ estimate }) => estimate.counted.requests),
    },
  };
}
