import type { Estimate, NeededData } from '../../domain/estimate.ts';
import { type IntervalSettings, interval } from '../../stats/bounds/confidence-bound.ts';
import { fewestEffectiveUnits } from '../../stats/sums/cluster-size.ts';
import type { BucketedQuantile } from '../../stats/bounds/bucketed-quantile.ts';
import type { Linearized } from '../../stats/estimates/linearized.ts';
import { neededData, neededDataForProportion } from '../../stats/bounds/needed-data.ts';
import type { Proportion } from '../../stats/estimates/proportion.ts';
import { proportionInterval } from '../../stats/bounds/proportion-bounds.ts';
import { chanceAtEnd } from '../../stats/bounds/planned-bounds.ts';
import type { DataSize, Interval, Refusal, Uncomputable } from '../../stats/result.ts';

/** A tested quantity as the data show it, before anybody says at which level its bounds are wanted. */
export type Measured =
  | Linearized
  | Proportion
  | BucketedQuantile
  | Uncomputable
  /** There is a value, but no interval can be put on it. */
  | {
      readonly kind: 'valueOnly';
      readonly value: number;
      readonly baseline?: number;
      readonly candidate?: number;
      readonly units: number;
      readonly requests: number;
      readonly refusal: Refusal;
    };

/**
 * Puts the two one-sided bounds on a measured quantity.
 * @param limit a bound of the quantity: where the interval does not decide it, the data that probably would is told.
 */
export function estimateAt(measured: Measured, settings: IntervalSettings, limit?: number): Estimate {
  if (measured.kind === 'uncomputable') return measured;
  const { value, units, requests } = measured;
  const bounds = boundsOf(measured, settings);
  const between = measured.kind === 'bucketed' ? bucketOf(measured, limit) : {};
  if (bounds.kind === 'refused') {
    const heavy = heavyUnits(measured);
    if (heavy !== undefined) return { kind: 'unbounded', value, units, requests, reason: heavy, needed: neverEnough };
    const needed = bounds.needed === undefined ? undefined : neededBeyond(bounds.needed, measured, settings, limit);
    const unboundable = bounds.unboundable === true ? { unboundable: true as const } : {};
    return { kind: 'unbounded', value, units, requests, reason: bounds.reason, needed, ...unboundable, ...between };
  }
  const { low, high } = bounds;
  const undecided = limit !== undefined && low <= limit && limit <= high;
  const needed = undecided
    ? withPlannedEnd(neededFor(measured, limit, settings), measured, limit, settings)
    : undefined;
  return { kind: 'estimated', value, units, requests, low, high, needed, ...between };
}

/** What a histogram leaves open, and the edge that it lacks to tell on which side of a limit a quantile is. */
function bucketOf(
  { within, edgeScale, isNative }: BucketedQuantile,
  limit: number | undefined,
): Pick<Estimate & { readonly kind: 'estimated' }, 'within' | 'lacksEdge' | 'isNative'> {
  if (edgeScale === undefined || limit === undefined || !(within.low < limit && limit < within.high)) return { within };
  const lacksEdge = Number((limit / edgeScale).toPrecision(12));
  return { within, lacksEdge, ...(isNative === undefined ? {} : { isNative }) };
}

/** The data at which there is an interval that probably decides; those at which there is one, where more cannot be told. */
function neededBeyond(
  toInterval: DataSize,
  measured: Exclude<Measured, Uncomputable>,
  settings: IntervalSettings,
  limit: number | undefined,
): NeededData {
  if (measured.kind !== 'linearized') return { ...toInterval, forInterval: true };
  const least = ofBothSides(toInterval, measured);
  const decisive = limit === undefined ? undefined : neededFor(measured, limit, settings);
  if (decisive === undefined || decisive.units === null) return { ...least, forInterval: true };
  const atLeast = (size: NeededData) => ((size.units ?? 0) < (least.units ?? 0) ? least : size);
  const { unchanged, ...observed } = decisive;
  const { units, requests } = atLeast(unchanged ?? least);
  return {
    ...atLeast(observed),
    ...(unchanged === undefined || units === null || requests === null ? {} : { unchanged: { units, requests } }),
  };
}

const neverEnough: NeededData = { units: null, requests: null };

/** Adds what the planned end is to be expected to bring, where it is still to come. */
function withPlannedEnd(
  needed: NeededData | undefined,
  measured: Measured,
  limit: number,
  settings: IntervalSettings,
): NeededData | undefined {
  if (needed === undefined || settings.inference !== 'planned' || settings.end === undefined) return needed;
  if (measured.kind !== 'linearized' && measured.kind !== 'proportion') return needed;
  const observed = chanceAtEnd(measured, measured.value, limit, settings);
  if (observed === undefined) return needed;
  const unchanged =
    measured.kind === 'linearized' && measured.baseline !== undefined
      ? chanceAtEnd(measured, 0, limit, settings)
      : undefined;
  const { users, growth } = settings.end;
  const enough = needed.units === null ? null : Math.ceil(((users / growth) * needed.units) / measured.units);
  return { ...needed, end: { users, observed, ...(unchanged === undefined ? {} : { unchanged }), enough } };
}

/** So many units with one request each would be far more than an interval needs. */
const manyUnits = 10 * fewestEffectiveUnits;

/** Why more of the same would not help: a few units make so many of the requests that all the others count for little. */
function heavyUnits(measured: Measured): string | undefined {
  if (measured.kind !== 'linearized' && measured.kind !== 'proportion') return undefined;
  const counted = measured.kind === 'linearized' ? measured.counted : measured;
  const effective = counted.requests / measured.clusterSize;
  if (counted.units < manyUnits || effective >= fewestEffectiveUnits) return undefined;
  return `a few of ${counted.units} users make most of the requests, so together they count as ${effective.toFixed(1)}, and more of the same does not change that: leave those users out (requests.where) or count by another unit (requests.fields.unit)`;
}

function neededFor(measured: Measured, limit: number, settings: IntervalSettings): NeededData | undefined {
  switch (measured.kind) {
    case 'linearized':
      // More users do not tell what processes differ by.
      if (measured.pairs !== undefined && usersDecide(measured, limit, settings)) return undefined;
      return {
        ...ofBothSides(neededData(measured, limit, settings), measured),
        ...neededUnchanged(measured, limit, settings),
      };
    case 'proportion':
      return neededDataForProportion(measured, limit, settings) ?? neverEnough;
    default:
      return undefined;
  }
}

/** Whether the interval between users alone lies on one side of the limit. */
function usersDecide({ pairs: _pairs, ...ofUsers }: Linearized, limit: number, settings: IntervalSettings): boolean {
  const bounds = interval(ofUsers, settings);
  return bounds.kind === 'interval' && (limit < bounds.low || limit > bounds.high);
}

/** What a candidate without any change needs: of a comparison, which alone has a natural "no change". */
function neededUnchanged(
  measured: Linearized,
  limit: number,
  settings: IntervalSettings,
): Pick<NeededData, 'unchanged'> {
  if (measured.baseline === undefined || limit === 0) return {};
  // No change of a harmful kind is within a bound; of one that must be proven to be there, none is enough.
  const { units, requests } = ofBothSides(neededData({ ...measured, value: 0 }, limit, settings), measured);
  return units === null || requests === null ? {} : { unchanged: { units, requests } };
}

/**
 * A served comparison grows on both sides, but its data are counted on the one that sets the pace; the whole grows by the
 * same factor.
 */
function ofBothSides(needed: DataSize | null, { units, requests, counted }: Linearized): NeededData {
  if (needed === null) return neverEnough;
  const grown = (size: number) => Math.ceil((size * needed.units) / counted.units);
  return { units: grown(units), requests: grown(requests) };
}

function boundsOf(measured: Exclude<Measured, Uncomputable>, settings: IntervalSettings): Interval | Refusal {
  switch (measured.kind) {
    case 'linearized':
      return interval(measured, settings);
    case 'proportion':
      return proportionInterval(measured, settings);
    case 'bucketed':
      return measured.boundsAt(settings);
    case 'valueOnly':
      return measured.refusal;
  }
}
