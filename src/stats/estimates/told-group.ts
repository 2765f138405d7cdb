import type { Proportion } from './proportion.ts';
import { proportionFloor } from '../sums/contribution-sums.ts';
import type { Linearized } from './linearized.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import type { ServedGroup } from './served-group.ts';

/** A mean over requests of which only the totals are told, without the requests. */
export interface ToldMean {
  /** The mean; of a proportion the share in [0, 1]. */
  readonly mean: number;
  /** Variance of one request's value, at least 0; absent for a proportion, whose mean tells it. */
  readonly variance?: number;
  /** How far apart two values of a request may be; absent where nobody knows. */
  readonly range?: number | undefined;
  /** Whole numbers, at least 1. Units are the independent pieces of evidence. */
  readonly requests: number;
  readonly units: number;
}

/**
 * One side of a served comparison from its totals, as `servedGroup` gives it from units. What totals do not tell is taken
 * for the worst: the requests of one unit agree entirely, so that each unit is one piece of evidence, and a mean's values are as skewed as
 * log-normal ones of that mean and variance, cv^3 + 3 cv (Johnson, Kotz and Balakrishnan 1994, Continuous Univariate Distributions 1,
 * section 14.3), but no more than a sample of that size can be.
 */
export function toldGroup(
  { mean, variance, range = 0, requests, units }: ToldMean,
  side: string,
): ServedGroup | Uncomputable {
  if (units < 2) return uncomputable(`${side}: a single user shows no spread`);
  const zeroOne = variance === undefined;
  const unitVariance = variance ?? (mean * (1 - mean) * units) / (units - 1);
  if (!zeroOne && range === 0 && unitVariance === 0) return uncomputable(`${side}: every user has the same value`);
  const deviation = Math.sqrt(unitVariance);
  const skewness = zeroOne ? zeroOneSkewness(mean) : logNormalSkewness(mean, deviation);
  const possible = Math.max(-Math.sqrt(units), Math.min(Math.sqrt(units), skewness));
  const second = unitVariance / (units - 1);
  const sumOfSquares = (units - 1) * unitVariance + units * mean * mean;
  const contributors = sumOfSquares === 0 ? 0 : (units * mean) ** 2 / sumOfSquares;
  return {
    kind: 'group',
    mean,
    variance: unitVariance / units,
    // All requests of a unit agree, so units are what counts.
    floorVariance: proportionFloor(1, units) * (zeroOne ? 1 : range * range),
    second,
    third: (possible / Math.sqrt(units)) * second ** 1.5,
    units,
    requests,
    effectiveUnits: units,
    clusterSize: requests / units,
    effectiveContributors: contributors,
    contributingUnits: contributors,
  };
}

/** One told proportion, as `proportion` gives it from units that agree entirely. */
export function toldProportion({ mean, requests, units }: ToldMean): Proportion | Uncomputable {
  if (units < 2) return uncomputable('a single user shows no spread');
  return {
    kind: 'proportion',
    value: mean,
    units,
    requests,
    effectiveUnits: units,
    clusterSize: requests / units,
    designEffect: requests / units,
    effectiveEvents: mean * units,
    effectiveRequests: units,
  };
}

/** A side's own mean, as `ownValue` gives it from units. */
export function toldOwnValue(group: ServedGroup): Linearized {
  const { mean, variance, floorVariance, second, third, units, requests, effectiveUnits, clusterSize } = group;
  return {
    kind: 'linearized',
    value: mean,
    standardError: Math.sqrt(variance + floorVariance),
    floorVariance,
    skewness: second === 0 ? 0 : third / second ** 1.5,
    units,
    requests,
    effectiveUnits,
    clusterSize,
    counted: { units, requests },
  };
}

function zeroOneSkewness(share: number): number {
  const variance = share * (1 - share);
  return variance === 0 ? 0 : (1 - 2 * share) / Math.sqrt(variance);
}

function logNormalSkewness(mean: number, deviation: number): number {
  if (mean === 0) return Infinity;
  const variation = deviation / Math.abs(mean);
  return Math.sign(mean) * (variation ** 3 + 3 * variation);
}
