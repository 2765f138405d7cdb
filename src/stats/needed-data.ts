import { boundary } from './boundary.ts';
import { boundInStandardErrors, type IntervalSettings } from './confidence-bound.ts';
import { type Linearized, toSymmetricScale } from './linearized.ts';
import type { DataSize } from './result.ts';

/** Standard errors between the bound and the estimate's mean that make a bound hold with a chance of 80%: the normal quantile of 0.8. */
export const powerMargin = 0.8416212335729143;

/** More units than this are no amount of data that anyone has: the candidate then sits on its bound. */
const mostUnits = 1e9;

/**
 * The data at which a test that has not decided yet probably would, if the estimate is right: the units t that solve
 * (k_t + 0.84)^2 se_t^2 = (limit - value)^2, where k_t is the half-width in standard errors at t units and se_t^2 falls with t (its floor
 * of proportions with t^2). A value below the limit waits for its upper bound, one above for its lower bound.
 * @param limit bound of the quantity, on its natural scale.
 * @returns totals, not what is missing, counted as `Linearized.counted`; null when the value sits on its limit, so
 * that no amount of data decides.
 */
export function neededData(estimate: Linearized, limit: number, settings: IntervalSettings): DataSize | null {
  const value = toSymmetricScale(estimate.logScale, estimate.value);
  const distance = Math.abs(toSymmetricScale(estimate.logScale, limit) - value);
  const side = estimate.value <= limit ? 'upper' : 'lower';
  const decides = (growth: number) => distance >= boundWithPower(estimate, side, settings, growth);
  const units = smallestGrowth(decides, estimate.counted.units);
  if (units === null) return null;
  const requestsPerUnit = estimate.counted.requests / estimate.counted.units;
  return { units, requests: Math.ceil(units * requestsPerUnit) };
}

/**
 * How far an estimate's mean must lie from a limit for the bound on `side` to clear the limit with a chance of 80%, when there are
 * `growth` times the data.
 */
export function boundWithPower(
  estimate: Linearized,
  side: 'lower' | 'upper',
  settings: IntervalSettings,
  growth: number,
): number {
  const alpha = side === 'upper' ? settings.alphaUpper : settings.alphaLower;
  const z = boundary(settings.inference, alpha, estimate.counted.units * growth, settings.plannedUnits);
  const standardErrors = boundInStandardErrors(side, z, {
    effectiveUnits: Math.max(2, estimate.effectiveUnits * growth),
    skewness: estimate.skewness / Math.sqrt(growth),
    ...(estimate.degreesOfFreedom === undefined ? {} : { degreesOfFreedom: estimate.degreesOfFreedom }),
  });
  const sampled = Math.max(0, estimate.standardError ** 2 - estimate.floorVariance);
  const variance = sampled / growth + estimate.floorVariance / growth ** 2;
  return (standardErrors + powerMargin) * Math.sqrt(variance);
}

/** Smallest whole number of units, at least those there are, from which a decision that more data can only ease is made. */
export function smallestGrowth(decides: (growth: number) => boolean, units: number): number | null {
  let undecided = units;
  if (decides(1)) return units;
  let decided = units * 2;
  while (!decides(decided / units)) {
    undecided = decided;
    decided *= 2;
    if (undecided > mostUnits) return null;
  }
  while (decided - undecided > 1) {
    const middle = Math.floor((undecided + decided) / 2);
    if (decides(middle / units)) decided = middle;
    else undecided = middle;
  }
  return decided > mostUnits ? null : decided;
}
