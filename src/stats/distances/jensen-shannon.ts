import { sharesOf } from '../sums/shares.ts';

/**
 * Jensen-Shannon distance of two histograms over the same bins: the square root of (KL(p, m) + KL(q, m)) / 2 in bits, m their mean
 * (Endres and Schindelin 2003, A new metric for probability distributions). 0 for equal shares, 1 for shares that never overlap.
 * @param reference counts per bin, not negative.
 * @param current counts of the same bins.
 * @returns in [0, 1]; NaN where a side is empty.
 */
export function jensenShannonDistance(reference: readonly number[], current: readonly number[]): number {
  const [p, q] = [sharesOf(reference), sharesOf(current)];
  const divergence = p.reduce((sum, left, bin) => {
    const right = q[bin] ?? Number.NaN;
    const mean = (left + right) / 2;
    return sum + (bits(left, mean) + bits(right, mean)) / 2;
  }, 0);
  // Rounding can leave equal shares a hair below zero.
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

/** One bin's part of a Kullback-Leibler divergence; what never happens adds nothing. */
function bits(share: number, mean: number): number {
  return share === 0 ? 0 : share * Math.log2(share / mean);
}
