import { normalUpperQuantile } from '../distributions.ts';

/** `fixed`: right for data that are judged once; `sequential`: valid at every look at growing data. */
export type Inference = 'fixed' | 'sequential';

/** One-sided levels that a bound can be asked for; below, the tails of doubles are no longer accurate. */
export const smallestAlpha = 1e-12;

/** Standard errors between the bound and the estimate's mean that make a bound hold with a chance of 80%: the normal quantile of 0.8. */
export const powerMargin = 0.8416212335729143;

/**
 * How many standard errors a one-sided bound lies from its estimate.
 * @param alpha one-sided level, in [1e-12, 0.5).
 * @param units number of units t that the estimate rests on, at least 1.
 * @param plannedUnits N*, the number of units at which the sequential bound is at its tightest; fixed before the first look.
 */
export function boundary(inference: Inference, alpha: number, units: number, plannedUnits: number): number {
  if (!(alpha >= smallestAlpha && alpha < 0.5)) throw new RangeError(`alpha must be in [1e-12, 0.5), not ${alpha}.`);
  return inference === 'fixed' ? normalUpperQuantile(alpha) : sequentialBoundary(alpha, units, plannedUnits);
}

/**
 * Boundary of the one-sided asymptotic confidence sequence, in standard errors (Waudby-Smith, Arbour, Sinha, Kennedy and
 * Ramdas 2024, Time-uniform central limit theory and asymptotic confidence sequences, Annals of Statistics; the half-normal mixture):
 * z_t = sqrt(2 (t rho^2 + 1) / (t rho^2) * ln(1 + sqrt(t rho^2 + 1) / (2 alpha))).
 */
function sequentialBoundary(alpha: number, units: number, plannedUnits: number): number {
  if (!(units > 0 && plannedUnits > 0)) throw new RangeError('A sequential bound needs units and planned units.');
  const scaled = units * mixtureVariance(alpha, plannedUnits);
  return Math.sqrt(((2 * (scaled + 1)) / scaled) * Math.log1p(Math.sqrt(scaled + 1) / (2 * alpha)));
}

/**
 * rho^2 = (-2 ln a + ln(1 - 2 ln a)) / N* with a = 2 alpha, the value that makes a two-sided sequence tightest at N*.
 * Every fixed rho^2 is valid. As alpha nears 0.5 this one goes to zero and the bound would grow again, so from
 * 0.05 on it stays: the bound then falls as alpha grows, and at N* it is no wider.
 */
function mixtureVariance(alpha: number, plannedUnits: number): number {
  const logLevel = Math.log(2 * Math.min(alpha, 0.05));
  return (-2 * logLevel + Math.log1p(-2 * logLevel)) / plannedUnits;
}
