import { logBeta, logBetaCdf } from './distributions.ts';

/**
 * How strongly counts speak for a proportion below `bound`: ln of the mixture likelihood ratio
 * integral over q in (0, bound) of q^x (1 - q)^(n - x) dPi(q), over bound^x (1 - bound)^(n - x), where Pi is a
 * Beta(concentration * bound, concentration * (1 - bound)) truncated to (0, bound). While the proportion is at the bound or above it the ratio
 * is a supermartingale, so it reaches 1 / alpha with probability at most alpha however often it is looked at (Ville's inequality; Robbins
 * 1970, Statistical methods related to the law of the iterated logarithm; the beta-binomial mixture is in Howard, Ramdas, McAuliffe and Sekhon 2021).
 * @param events x, need not be whole, in [0, requests].
 * @param requests n.
 * @param bound in (0, 1).
 * @param concentration of the mixing prior, above 0; about the planned requests over 6.3.
 * @returns -Infinity where the incomplete beta underflows, which is no evidence.
 */
export function logEvidenceBelow(events: number, requests: number, bound: number, concentration: number): number {
  const a = concentration * bound;
  const b = concentration * (1 - bound);
  const misses = requests - events;
  const mixture = logBeta(a + events, b + misses) + logBetaCdf(bound, a + events, b + misses);
  if (!(mixture > -Infinity)) return -Infinity;
  const prior = logBeta(a, b) + logBetaCdf(bound, a, b);
  const atBound = events * Math.log(bound) + misses * Math.log1p(-bound);
  return mixture - prior - atBound;
}
