import type { Linearized } from './linearized.ts';

/** One stratum's estimate, and the share that it has in the whole: above 0, all sum to 1. */
export interface Stratum<Estimate> {
  readonly share: number;
  readonly estimate: Estimate;
}

/** What units move a weighted mean by that have requests in several strata. */
export interface SharedMoves {
  /** Over units and strata: the sum of the squares of the moves. */
  readonly alone: number;
  /** Over units: the square and the cube of the sum of a unit's moves, less the sums of their squares and cubes. */
  readonly second: number;
  readonly third: number;
}

/**
 * What strata have in common: nothing, the moves of their units, or, where nobody knows those, the largest correlation that each two of them
 * can have because of their units, in [0, 1].
 */
export type InCommon = 'nothing' | SharedMoves | readonly (readonly number[])[];

/**
 * The mean of strata's estimates at fixed shares (Cochran 1977, Sampling Techniques, section 5.3): sum of share times value, with the sum of
 * share^2 times variance and, where the same units are in several, twice their covariances: what a unit moves is added up before it is
 * squared (Liang and Zeger 1986, Longitudinal data analysis using generalized linear models). Within each stratum both sides are compared
 * with each other, so that a mixture which differs between the sides cannot turn the sign. Effective units follow Satterthwaite 1946: a
 * stratum with few of them counts by its part of the variance, and shared ones count once.
 */
export function weightedStrata(strata: readonly Stratum<Linearized>[], inCommon: InCommon = 'nothing'): Linearized {
  const value = strata.reduce((sum, { share, estimate }) => sum + share * estimate.value, 0);
  return combined(strata, value, inCommon, 0);
}

/**
 * The candidate's weighted mean over the baseline's, minus one: each stratum's relative difference, weighted by its share of the baseline's
 * sum (delta method). What the weights themselves do not know is at most their distance from the whole times the difference's error.
 */
export function weightedRelativeStrata(
  strata: readonly Stratum<{ readonly difference: Linearized; readonly relative: Linearized }>[],
  inCommon: InCommon = 'nothing',
): Linearized | undefined {
  const sides = weightedSides(strata.map(({ share, estimate }) => ({ share, estimate: estimate.difference })));
  if (sides === undefined || !(sides.baseline > 0)) return undefined;
  const value = sides.candidate / sides.baseline - 1;
  const relative = strata.map(({ share, estimate }) => ({
    share: (share * (estimate.difference.baseline ?? Number.NaN)) / sides.baseline,
    estimate: estimate.relative,
  }));
  const ofWeights = strata.map(
    ({ share, estimate: { relative: own, difference } }) =>
      ((share / sides.baseline) * (own.value - value) * difference.standardError) ** 2,
  );
  const furtherVariance = ofWeights.reduce((sum, part) => sum + part, 0);
  return { ...combined(relative, value, inCommon, furtherVariance), ...sides };
}

/** Both sides' own weighted means; undefined where a stratum does not tell them. */
export function weightedSides(
  strata: readonly Stratum<Linearized>[],
): { readonly baseline: number; readonly candidate: number } | undefined {
  let [baseline, candidate] = [0, 0];
  for (const { share, estimate } of strata) {
    if (estimate.baseline === undefined || estimate.candidate === undefined) return undefined;
    baseline += share * estimate.baseline;
    candidate += share * estimate.candidate;
  }
  return { baseline, candidate };
}

function combined(
  strata: readonly Stratum<Linearized>[],
  value: number,
  inCommon: InCommon,
  furtherVariance: number,
): Linearized {
  const total = (of: (stratum: Stratum<Linearized>) => number) => strata.reduce((sum, each) => sum + of(each), 0);
  const varianceOf = ({ share, estimate }: Stratum<Linearized>) => (share * estimate.standardError) ** 2;
  const alone = total(varianceOf);
  const floorAlone = total(({ share, estimate }) => share * share * estimate.floorVariance);
  const cumulant = total(({ share, estimate }) => estimate.skewness * (share * estimate.standardError) ** 3);
  const shared = sharedParts(strata, inCommon, alone - floorAlone);
  const together = alone + shared.variance + shared.floor;
  const standardError = Math.sqrt(together + furtherVariance);
  const spread = total((each) => varianceOf(each) ** 2 / each.estimate.effectiveUnits);
  // Units that are in several strata tell less than as many others would.
  const told = together > 0 ? alone / together : 1;
  const fewest = Math.min(...strata.map(({ estimate }) => estimate.effectiveUnits));
  return {
    kind: 'linearized',
    value,
    ...weightedSides(strata),
    standardError,
    floorVariance: floorAlone + shared.floor,
    skewness: standardError > 0 ? (cumulant + shared.cumulant) / standardError ** 3 : 0,
    units: total(({ estimate }) => estimate.units),
    requests: total(({ estimate }) => estimate.requests),
    effectiveUnits: spread > 0 ? Math.max(fewest, (alone ** 2 / spread) * told) : fewest,
    clusterSize: Math.max(...strata.map(({ estimate }) => estimate.clusterSize)),
    counted: {
      units: Math.round(total(({ estimate }) => estimate.counted.units) * told),
      requests: Math.round(total(({ estimate }) => estimate.counted.requests) * told),
    },
  };
}

/** What the units that are in several strata add to the variance, its floor and the third cumulant of independent ones. */
function sharedParts(strata: readonly Stratum<Linearized>[], inCommon: InCommon, plainVariance: number) {
  if (inCommon === 'nothing') return { variance: 0, floor: 0, cumulant: 0 };
  const floors = strata.map(({ share, estimate }) => share * Math.sqrt(estimate.floorVariance));
  if ('alone' in inCommon) {
    const { alone, second, third } = inCommon;
    if (second <= 0) return { variance: 0, floor: 0, cumulant: 0 };
    // A variance that counts with what was not met yet counts with it between strata too.
    const scale = alone > 0 ? Math.max(1, plainVariance / alone) : 1;
    return { variance: second * scale, floor: crossed(floors, () => 1), cumulant: third };
  }
  const alike = (one: number, other: number) => inCommon[one]?.[other] ?? 1;
  const errors = strata.map(({ share, estimate }) => ({
    own: share * Math.sqrt(Math.max(0, estimate.standardError ** 2 - estimate.floorVariance)),
    skewness: estimate.skewness,
  }));
  const variance = crossed(
    errors.map(({ own }) => own),
    alike,
  );
  // As skewed as the strata are, however much they have in common.
  const whole = (plainVariance + variance) ** 1.5;
  const mean = errors.reduce((sum, { own, skewness }) => sum + own * skewness, 0);
  const size = errors.reduce((sum, { own }) => sum + own, 0);
  const cumulant = variance === 0 || size === 0 ? 0 : (mean / size) * whole;
  return { variance, floor: crossed(floors, alike), cumulant };
}

/** Twice the sum over each two of the numbers of their product times how alike they are. */
function crossed(numbers: readonly number[], alike: (one: number, other: number) => number): number {
  let sum = 0;
  for (const [one, first] of numbers.entries()) {
    for (const [other, second] of numbers.entries()) if (one < other) sum += 2 * first * second * alike(one, other);
  }
  return sum;
}
