/**
 * Distribution and special functions, from stdlib, under the names that this folder uses. Tails are asked for as upper
 * tails, since 1 - p rounds to 1 long before a sequential bound stops caring.
 */
import gammaln from '@stdlib/math-base-special-gammaln';
import betaln from '@stdlib/math-base-special-betaln';
import betaLogCdf from '@stdlib/stats-base-dists-beta-logcdf';
import betaQuantileOf from '@stdlib/stats-base-dists-beta-quantile';
import chiSquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import studentQuantile from '@stdlib/stats-base-dists-t-quantile';

/** P(Z > z) of a standard normal Z; 0 from about z = 38 on. */
export function normalUpperTail(z: number): number {
  return normalCdf(-z, 0, 1);
}

/** The z with P(Z > z) = tail; tail in [1e-12, 1). */
export function normalUpperQuantile(tail: number): number {
  return -normalQuantile(tail, 0, 1);
}

/** The t with P(T > t) = tail of Student's distribution; tail in (0, 1), degrees of freedom above 0, not only whole ones. */
export function studentUpperQuantile(tail: number, degreesOfFreedom: number): number {
  return -studentQuantile(tail, degreesOfFreedom);
}

/** The x in [0, 1] with P(X <= x) = probability of a Beta(a, b); a, b above 0. */
export function betaQuantile(probability: number, a: number, b: number): number {
  return betaQuantileOf(probability, a, b);
}

/** ln P(X <= x) of a Beta(a, b); -Infinity where the probability underflows. */
export function logBetaCdf(x: number, a: number, b: number): number {
  return betaLogCdf(x, a, b);
}

/** ln B(a, b); a, b above 0. */
export function logBeta(a: number, b: number): number {
  return betaln(a, b);
}

/** ln Gamma(x); x above 0. */
export function logGamma(x: number): number {
  return gammaln(x);
}

/** P(X > x) of a chi-square X; degrees of freedom above 0. Below about 1e-16 it is 0. */
export function chiSquareUpperTail(x: number, degreesOfFreedom: number): number {
  return 1 - chiSquareCdf(x, degreesOfFreedom);
}
