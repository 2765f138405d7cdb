import { boundary, type Inference } from './boundary.ts';
import { normalUpperTail, studentUpperQuantile } from '../distributions.ts';
import { fromSymmetricScale, type Linearized, toSymmetricScale } from '../estimates/linearized.ts';
import type { Interval, Refusal } from '../result.ts';
import { fewestEffectiveUnits } from '../sums/cluster-size.ts';

export interface IntervalSettings {
  /** One-sided level of the lower bound, in [1e-12, 0.5). */
  readonly alphaLower: number;
  /** One-sided level of the upper bound, in [1e-12, 0.5). */
  readonly alphaUpper: number;
  readonly inference: Inference;
  /** N* of the sequential bound, the same at every look; not used by `fixed`. */
  readonly plannedUnits: number;
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
    tooSkewed(estimate, settings.inference);
  if (refusal !== undefined) return refusal;
  const { alphaLower, alphaUpper, inference, plannedUnits } = settings;
  const lowerZ = boundary(inference, alphaLower, estimate.counted.units, plannedUnits);
  const upperZ = boundary(inference, alphaUpper, estimate.counted.units, plannedUnits);
  const center = toSymmetricScale(estimate.logScale, estimate.value);
  const below = boundInStandardErrors('lower', lowerZ, estimate) * estimate.standardError;
  const above = boundInStandardErrors('upper', upperZ, estimate) * estimate.standardError;
  const low = fromSymmetricScale(estimate.logScale, center - below);
  const high = fromSymmetricScale(estimate.logScale, center + above);
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    return { kind: 'refused', reason: 'so few units allow no bound at the level asked for' };
  }
  const { low: least = -Infinity, high: most = Infinity } = estimate.possible ?? {};
  return { kind: 'interval', low: Math.max(low, least), high: Math.min(high, most) };
}

/** Fewest requests of each kind, where an estimate is made of several; the sequential bound lies so much further out that it needs fewer. */
const fewestOfAKind = { sequential: 5, other: 10 } as const;

/** What an estimate knows next to nothing of has no spread that it could show. */
function tooRare({ rarest, counted }: Linearized, inference: Inference): Refusal | undefined {
  const required = inference === 'sequential' ? fewestOfAKind.sequential : fewestOfAKind.other;
  if (rarest === undefined || rarest.requests >= required) return undefined;
  const reason = `${rarest.requests} ${rarest.what}, ${required} are needed`;
  if (rarest.requests === 0) return { kind: 'refused', reason };
  const growth = required / rarest.requests;
  const needed = { units: Math.ceil(counted.units * growth), requests: Math.ceil(counted.requests * growth) };
  return { kind: 'refused', reason, needed };
}

/**
 * A fixed look is no better than the normal approximation, which needs more units the more skewed the metric: 28 + 25 g^2, with g the
 * skewness of one unit (Sugden, Smith and Jones 2000, Cochran's rule for simple random sampling). A sequential bound lies so much
 * further out that it holds without. Proportions and quantiles are not refused, since the floor and the count of units beyond see to it.
 */
function tooSkewed(estimate: Linearized, inference: Inference): Refusal | undefined {
  if (inference === 'sequential' || estimate.floorVariance > 0 || estimate.logScale !== undefined) return undefined;
  const unitSkewnessSquared = estimate.skewness ** 2 * estimate.effectiveUnits;
  const required = 28 + 25 * unitSkewnessSquared;
  if (estimate.effectiveUnits >= required) return undefined;
  const growth = required / estimate.effectiveUnits;
  const { units, requests } = estimate.counted;
  const reason = `${estimate.effectiveUnits.toFixed(1)} effective units, ${Math.ceil(required)} are needed for a metric this skewed`;
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
  const reason = `${effectiveUnits.toFixed(1)} effective units, ${fewestEffectiveUnits} are needed`;
  if (!(effectiveUnits > 0)) return { kind: 'refused', reason };
  const growth = fewestEffectiveUnits / effectiveUnits;
  const needed = { units: Math.ceil(counted.units * growth), requests: Math.ceil(counted.requests * growth) };
  return { kind: 'refused', reason, needed };
}
