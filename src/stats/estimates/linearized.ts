import type { DataSize } from '../result.ts';
import { eventFloor, type FloorSource } from '../sums/contribution-sums.ts';
import type { RareKind } from '../sums/influence-sums.ts';
import type { PairSpread } from './pair-spread.ts';
import { ratioSkewness, ratioVariance, type ResidualMoments } from '../sums/residual-sums.ts';

/**
 * A point estimate with all that a bound on it needs. The estimate behaves like a sum of independent contributions of
 * units, on its own scale or, where `logScale` is there, on the logarithm's.
 */
export interface Linearized {
  readonly kind: 'linearized';
  /** The quantity with its natural sign and unit. */
  readonly value: number;
  /** The two sides' own values, where two were compared. */
  readonly baseline?: number;
  readonly candidate?: number;
  /** On the natural scale, or on the logarithm's where `logScale` is there; the floor of proportions included. */
  readonly standardError: number;
  /** The part of the squared standard error that is the floor of proportions: it falls with the square of the data. */
  readonly floorVariance: number;
  /**
   * Skewness of the estimate itself: that of the units' residuals divided by the square root of their number. For two groups
   * it is the third cumulant of the difference over its variance to the power 1.5.
   */
  readonly skewness: number;
  /** Units and requests of both sides together; a paired unit counts once. */
  readonly units: number;
  readonly requests: number;
  /** Effective number of units; of the poorer side where there are two groups. */
  readonly effectiveUnits: number;
  /** Request-weighted cluster size; of the larger side where there are two groups. */
  readonly clusterSize: number;
  /**
   * The data whose growth a sequential bound follows and in which needed data are told: all of it, or the group with fewer
   * units where the two sides are different units, since it is the one that the evidence rests on.
   */
  readonly counted: DataSize;
  /** Degrees of freedom where the standard error rests on fewer pieces than there are units. */
  readonly degreesOfFreedom?: number;
  readonly logScale?: LogScale;
  /** Where what the units were like before was taken out: how many of them anybody knew, and what share of the variance is left. */
  readonly adjusted?: { readonly units: number; readonly varianceLeft: number };
  /** What the pairs of processes differ by in which the quantity was measured; absent where it was not measured so. */
  readonly pairs?: PairSpread;
  /** What values the quantity can have at all, on the natural scale; its interval is told within them. Any where absent. */
  readonly possible?: { readonly low?: number; readonly high?: number };
  /** The kind of request that the estimate knows least of, where it is made of several kinds. */
  readonly rarest?: RareKind;
}

/** A quantity that is multiplier * exp(x) + offset of an x whose error is symmetric. */
export interface LogScale {
  readonly multiplier: number;
  readonly offset: number;
}

/**
 * A mean over requests, `sum` over their number.
 * @param moments of its residuals, leave-one-out.
 */
export function meanOfUnits(sum: number, moments: ResidualMoments, source: FloorSource): Linearized {
  return withResiduals(sum / source.totals.requests, moments, source.totals, eventFloor(source));
}

/**
 * A quantity whose error is the mean of what its units leave of it.
 * @param floorVariance room for what was not met yet.
 */
export function withResiduals(
  value: number,
  moments: ResidualMoments,
  size: Pick<Linearized, 'units' | 'requests' | 'effectiveUnits' | 'clusterSize'>,
  floorVariance: number,
): Linearized {
  const { units, requests, effectiveUnits, clusterSize } = size;
  return {
    kind: 'linearized',
    value,
    standardError: Math.sqrt(ratioVariance(moments, units, requests) + floorVariance),
    floorVariance,
    skewness: ratioSkewness(moments),
    units,
    requests,
    effectiveUnits,
    clusterSize,
    counted: { units, requests },
  };
}

/** The size of the side with fewer units. */
export function smallerSide(baseline: DataSize, candidate: DataSize): DataSize {
  const { units, requests } = baseline.units < candidate.units ? baseline : candidate;
  return { units, requests };
}

/** The scale on which the error is symmetric: -Infinity below what the quantity can reach. */
export function toSymmetricScale(scale: LogScale | undefined, value: number): number {
  if (scale === undefined) return value;
  const ratio = (value - scale.offset) / scale.multiplier;
  return ratio <= 0 ? -Infinity : Math.log(ratio);
}

/** Back from the symmetric scale to the natural one. */
export function fromSymmetricScale(scale: LogScale | undefined, value: number): number {
  return scale === undefined ? value : scale.multiplier * Math.exp(value) + scale.offset;
}
