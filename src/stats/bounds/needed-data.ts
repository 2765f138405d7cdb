import { boundary, powerMargin } from './boundary.ts';
import { boundaryOn, boundInStandardErrors, type IntervalSettings } from './confidence-bound.ts';
import { normalUpperTail } from '../distributions.ts';
import { type Linearized, toSymmetricScale } from '../estimates/linearized.ts';
import type { DataSize } from '../result.ts';
import type { Proportion } from '../estimates/proportion.ts';
import {
  type Counts,
  effectiveCounts,
  levelsOn,
  type ProportionLevel,
  proportionLowerBound,
  proportionUpperBound,
} from './proportion-bounds.ts';

/** More units than this are no amount of data that anyone has: the candidate then sits on its bound. */
const mostUnits = 1e9;

/**
 * The data at which a test that has not decided yet probably would, if the estimate is right: the units t that solve
 * (k_t + 0.84)^2 se_t^2 = (limit - value)^2, where k_t is the half-width in standard errors at t units and se_t^2 falls with t (its floor
 * of proportions with t^2). A value below the limit waits for its upper bound, one above for its lower bound. Of a planned series it is the end that would
 * have been enough.
 * @param limit bound of the quantity, on its natural scale.
 * @returns totals, not what is missing, counted as `Linearized.counted`; null when the value sits on its limit, so
 * that no amount of data decides.
 */
export function neededData(estimate: Linearized, limit: number, settings: IntervalSettings): DataSize | null {
  return neededAsPlanned(withOneMoreEvent(estimate), limit, settings);
}

/** The same of an estimate that has its one more event already, at whatever size it is told for. */
export function neededAsPlanned(planned: Linearized, limit: number, settings: IntervalSettings): DataSize | null {
  const value = toSymmetricScale(planned.logScale, planned.value);
  const distance = Math.abs(toSymmetricScale(planned.logScale, limit) - value);
  const side = planned.value <= limit ? 'upper' : 'lower';
  const decides = (growth: number) => distance >= boundWithPower(planned, side, settings, growth);
  const units = smallestGrowth(decides, planned.counted.units);
  if (units === null) return null;
  const requestsPerUnit = planned.counted.requests / planned.counted.units;
  return { units, requests: Math.ceil(units * requestsPerUnit) };
}

/** As if one more event than was seen had been, a quarter of the floor, which falls with the data as events do: none so far is no promise of none. */
export function withOneMoreEvent(estimate: Linearized): Linearized {
  return { ...estimate, standardError: Math.sqrt(estimate.standardError ** 2 + estimate.floorVariance / 4) };
}

/**
 * How far an estimate's mean must lie from a limit for the bound on `side` to clear the limit with a chance of 80%, when there are
 * `growth` times the data.
 * @param margin standard errors that make the chance another one.
 */
export function boundWithPower(
  estimate: Linearized,
  side: 'lower' | 'upper',
  settings: IntervalSettings,
  growth: number,
  margin = powerMargin,
): number {
  const z = boundaryAhead(side, settings, estimate.counted.units, growth);
  const { standardErrors, standardError } = halfWidthAhead(estimate, side, z, growth);
  return (standardErrors + margin) * standardError;
}

/** The boundary that there will be at `growth` times the units; of a planned series that of its end, and what was kept in reserve once it is reached. */
function boundaryAhead(side: 'lower' | 'upper', settings: IntervalSettings, units: number, growth: number): number {
  if (settings.inference !== 'planned') return boundaryOn(side, settings, units * growth);
  const { boundaryAtEnd, reserve } = settings[side];
  if (boundaryAtEnd !== undefined) return boundaryAtEnd;
  if (growth <= 1) return boundaryOn(side, settings, units);
  return reserve === undefined ? Infinity : boundary('sequential', reserve.alpha, units * growth, reserve.plannedUnits);
}

/** How wide a bound at a boundary will be when there are `growth` times the data, and the standard error then. */
export function halfWidthAhead(
  estimate: Linearized,
  side: 'lower' | 'upper',
  z: number,
  growth: number,
): { readonly standardErrors: number; readonly standardError: number } {
  const standardErrors = boundInStandardErrors(side, z, {
    effectiveUnits: Math.max(2, estimate.effectiveUnits * growth),
    skewness: estimate.skewness / Math.sqrt(growth),
    ...(estimate.degreesOfFreedom === undefined ? {} : { degreesOfFreedom: estimate.degreesOfFreedom }),
  });
  return { standardErrors, standardError: standardErrorAhead(estimate, growth) };
}

/** The standard error when there are `growth` times the data: its square falls with the data, the floor of proportions in it with their square. */
export function standardErrorAhead(
  { standardError, floorVariance }: Pick<Linearized, 'standardError' | 'floorVariance'>,
  growth: number,
): number {
  const sampled = Math.max(0, standardError ** 2 - floorVariance);
  return Math.sqrt(sampled / growth + floorVariance / growth ** 2);
}

/** Smallest whole number of units, at least those there are, from which a decision that more data can only ease is made. */
export function smallestGrowth(decides: (growth: number) => boolean, units: number): number | null {
  // Nothing grows from no units, nor from a number of them that is none.
  if (!(units > 0)) return null;
  if (decides(1)) return units;
  // Whole numbers from here on: between fractions the middle, rounded down, can stay where it is for ever.
  let undecided = Math.floor(units);
  let decided = Math.ceil(units * 2);
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

/**
 * The data at which one proportion's test probably decides, if the proportion is as observed: the units at which even the
 * unlucky fifth of samples would still put its bound on the right side of the limit.
 * @param limit p0 in [0, 1].
 * @returns totals, not what is missing; null when the proportion sits on its limit.
 */
export function neededDataForProportion(
  proportion: Proportion,
  limit: number,
  settings: IntervalSettings,
): DataSize | null {
  const passes = proportion.value <= limit;
  const level = levelAhead(passes ? 'upper' : 'lower', settings);
  if (level === undefined) return null;
  const counts = effectiveCounts(proportion, level.plannedUnits);
  const decides = (growth: number) => {
    const grown = unluckyCounts(counts, growth, passes ? 1 : -1);
    return passes
      ? proportionUpperBound(grown, level.alpha, level.inference) <= limit
      : proportionLowerBound(grown, level.alpha, level.inference) > limit;
  };
  const units = smallestGrowth(decides, proportion.units);
  if (units === null) return null;
  return { units, requests: Math.ceil((units * proportion.requests) / proportion.units) };
}

/** The level that one side will have: of a planned series that of its end, and of what is kept in reserve once it is reached. */
function levelAhead(side: 'lower' | 'upper', settings: IntervalSettings): ProportionLevel | undefined {
  const boundaryAtEnd = settings.inference === 'planned' ? settings[side].boundaryAtEnd : undefined;
  return boundaryAtEnd === undefined
    ? levelsOn(side, settings).at(-1)
    : { alpha: normalUpperTail(boundaryAtEnd), inference: 'fixed', plannedUnits: 1 };
}

/** Counts at `growth` times the data when events are 0.84 standard deviations off their mean in the given direction. */
function unluckyCounts(counts: Counts, growth: number, direction: 1 | -1): Counts {
  const requests = counts.requests * growth;
  const mean = counts.events * growth;
  const deviation = powerMargin * Math.sqrt(mean * (1 - mean / requests));
  const wholeClusters = counts.wholeClusters * growth;
  return { ...counts, requests, wholeClusters, events: Math.min(requests, Math.max(0, mean + direction * deviation)) };
}
