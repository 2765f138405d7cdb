import { boundary, type Inference } from './boundary.ts';
import { normalUpperTail, studentUpperQuantile } from '../distributions.ts';
import { pairHalfWidth, type PairLevel } from './pair-bounds.ts';
import { fromSymmetricScale, type Linearized, toSymmetricScale } from '../estimates/linearized.ts';
import type { Interval, Refusal } from '../result.ts';
import { fewestEffectiveUnits } from '../sums/cluster-size.ts';

/** At which levels an interval's two bounds are wanted: told by themselves, or by where a planned series is. */
export type IntervalSettings = LevelSettings | PlannedSettings;

export interface LevelSettings {
  /** One-sided level of the lower bound, in [1e-12, 0.5). */
  readonly alphaLower: number;
  /** One-sided level of the upper bound, in [1e-12, 0.5). */
  readonly alphaUpper: number;
  readonly inference: Inference;
  /** N* of the sequential bound, the same at every look; not used by `fixed`. */
  readonly plannedUnits: number;
  /** How often the series has timed processes, this time included; absent where they are timed once. */
  readonly timings?: number | undefined;
}

/** A look of a planned series; each bound has the level that its own side of the series gives it. */
export interface PlannedSettings {
  readonly inference: 'planned';
  readonly lower: PlannedBound;
  readonly upper: PlannedBound;
  /** The levels of what pairs of processes differ by, which no end of a log tells anything of; absent where nothing is measured so. */
  readonly ofPairs?: Pick<LevelSettings, 'alphaLower' | 'alphaUpper' | 'timings'>;
  /** The users that there will be at the end, and how many times the data of now that is; absent once it is reached. */
  readonly end?: { readonly users: number; readonly growth: number };
}

/** One side of a planned look. Of its two boundaries the nearer counts. */
export interface PlannedBound {
  /** Standard errors to the boundary of this look; Infinity where it tests nothing. */
  readonly boundary: number;
  /** The confidence sequence that the alpha kept in reserve buys, where it counts at this look. */
  readonly reserve?: { readonly alpha: number; readonly plannedUnits: number };
  /** The boundary that the end will have if nothing is tested before it; absent once it is reached. */
  readonly boundaryAtEnd?: number;
}

/** What a half-width depends on besides the standard error. */
export interface Spread {
  readonly effectiveUnits: number;
  readonly skewness: number;
  readonly degreesOfFreedom?: number;
}

/**
 * How many standard errors a bound lies from the estimate when units are few or heavy:
 * T_nu^-1(Phi(z)) + min(z, max(0, +-skewness (2 z^2 + 1) / 6)), nu = effective units - 1. The first term is Student's; the second
 * is the Cornish-Fisher term of a studentised mean (Johnson 1978, Modified t tests; Hall 1992, The Bootstrap and Edgeworth
 * Expansion, section 2.6), taken only where it widens the bound and at most doubling it.
 * @param z the boundary, above 0; Infinity comes out where its tail is too small for the units.
 */
export function boundInStandardErrors(side: 'lower' | 'upper', z: number, spread: Spread): number {
  const tail = normalUpperTail(z);
  if (tail === 0) return Infinity;
  const degreesOfFreedom = Math.min(spread.degreesOfFreedom ?? Infinity, spread.effectiveUnits - 1);
  const towardsTail = side === 'upper' ? spread.skewness : -spread.skewness;
  const skewnessTerm = Math.min(z, Math.max(0, (towardsTail * (2 * z * z + 1)) / 6));
  return studentUpperQuantile(tail, degreesOfFreedom) + skewnessTerm;
}

/**
 * Both one-sided bounds of an estimate, each at its own level, within what is possible.
 * @returns a refusal when there are fewer than 30 effective units, or too few of them for a fixed look at a skewed metric, with
 * the data that would probably do, or when a bound at the level asked for would not be a finite number.
 */
export function interval(estimate: Linearized, settings: IntervalSettings): Interval | Refusal {
  const refusal =
    tooFewUnits(estimate.effectiveUnits, estimate.counted) ??
    tooRare(estimate, settings.inference) ??
    (settings.inference === 'fixed' ? tooSkewed(estimate) : undefined);
  if (refusal !== undefined) return refusal;
  const center = toSymmetricScale(estimate.logScale, estimate.value);
  const below = halfWidth('lower', estimate, settings);
  const above = halfWidth('upper', estimate, settings);
  const low = fromSymmetricScale(estimate.logScale, center - below);
  const high = fromSymmetricScale(estimate.logScale, center + above);
  const bounded = [below, above].filter((width) => Number.isFinite(width)).length;
  // A side of a planned series whose first test is still to come leaves its end open.
  if (bounded < (settings.inference === 'planned' ? 1 : 2) || Number.isNaN(low) || Number.isNaN(high)) {
    return { kind: 'refused', reason: 'too few users for a bound at the required level' };
  }
  const { low: least = -Infinity, high: most = Infinity } = estimate.possible ?? {};
  return { kind: 'interval', low: Math.max(low, least), high: Math.min(high, most) };
}

/** Fewest requests of each kind, where an estimate is made of several; the sequential bound lies so much further out that it needs fewer. */
const fewestOfAKind = { sequential: 5, other: 10 } as const;

/** What an estimate knows next to nothing of has no spread that it could show. */
export function tooRare(
  { rarest, counted }: Linearized,
  inference: IntervalSettings['inference'],
): Refusal | undefined {
  const required = inference === 'sequential' ? fewestOfAKind.sequential : fewestOfAKind.other;
  if (rarest === undefined || rarest.requests >= required) return undefined;
  const reason = `${rarest.requests} ${rarest.what}, ${required} are needed`;
  if (rarest.requests === 0) return { kind: 'refused', reason };
  const growth = required / rarest.requests;
  const needed = { units: Math.ceil(counted.units * growth), requests: Math.ceil(counted.requests * growth) };
  return { kind: 'refused', reason, needed };
}

function halfWidth(side: 'lower' | 'upper', estimate: Linearized, settings: IntervalSettings): number {
  const standardErrors = boundInStandardErrors(side, boundaryOn(side, settings, estimate.counted.units), estimate);
  if (!Number.isFinite(standardErrors)) return Infinity;
  const ofUnits = standardErrors * estimate.standardError;
  if (estimate.pairs === undefined) return ofUnits;
  return Math.max(ofUnits, pairHalfWidth(estimate.pairs, pairLevelOn(side, settings)));
}

/** The level of one side's bound from what pairs of processes differ by. */
export function pairLevelOn(side: 'lower' | 'upper', settings: IntervalSettings): PairLevel {
  const levels = settings.inference === 'planned' ? settings.ofPairs : settings;
  if (levels === undefined) throw new RangeError('a planned look at measured times says at which level pairs count');
  return { alpha: side === 'upper' ? levels.alphaUpper : levels.alphaLower, timings: levels.timings };
}

/** The boundary of one side, in standard errors; Infinity where nothing is tested on it. */
export function boundaryOn(side: 'lower' | 'upper', settings: IntervalSettings, units: number): number {
  switch (settings.inference) {
    case 'fixed':
    case 'sequential': {
      const alpha = side === 'upper' ? settings.alphaUpper : settings.alphaLower;
      return boundary(settings.inference, alpha, units, settings.plannedUnits);
    }
    case 'planned': {
      const { boundary: tested, reserve } = settings[side];
      return reserve === undefined
        ? tested
        : Math.min(tested, boundary('sequential', reserve.alpha, units, reserve.plannedUnits));
    }
  }
}

/**
 * A fixed or planned look is no better than the normal approximation, which needs more units the more skewed the metric: 28 + 25 g^2, with g the
 * skewness of one unit (Sugden, Smith and Jones 2000, Cochran's rule for simple random sampling). A sequential bound lies so much
 * further out that it holds without. Proportions and quantiles are not refused, since the floor and the count of units beyond see to it.
 */
export function tooSkewed(estimate: Linearized): Refusal | undefined {
  if (estimate.floorVariance > 0 || estimate.logScale !== undefined) return undefined;
  const unitSkewnessSquared = estimate.skewness ** 2 * estimate.effectiveUnits;
  const required = 28 + 25 * unitSkewnessSquared;
  if (estimate.effectiveUnits >= required) return undefined;
  const growth = required / estimate.effectiveUnits;
  const { units, requests } = estimate.counted;
  const reason = `${estimate.effectiveUnits.toFixed(1)} effective users, but a metric this skewed needs ${Math.ceil(required)}`;
  return {
    kind: 'refused',
    reason,
    needed: { units: Math.ceil(units * growth), requests: Math.ceil(requests * growth) },
  };
}

/** The refusal for too few effective units, or undefined when there are enough. */
export function tooFewUnits(
  effectiveUnits: number,
  counted: { readonly units: number; readonly requests: number },
): Refusal | undefined {
  if (effectiveUnits >= fewestEffectiveUnits) return undefined;
  const reason = `${effectiveUnits.toFixed(1)} effective users, but at least ${fewestEffectiveUnits} are needed`;
  if (!(effectiveUnits > 0)) return { kind: 'refused', reason };
  const growth = fewestEffectiveUnits / effectiveUnits;
  const needed = { units: Math.ceil(counted.units * growth), requests: Math.ceil(counted.requests * growth) };
  return { kind: 'refused', reason, needed };
}
