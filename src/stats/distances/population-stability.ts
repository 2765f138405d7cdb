import { sharesOf } from '../sums/shares.ts';

/** What a share of zero counts as, so that a bin that is empty on one side has a logarithm. */
export const smallestShare = 1e-4;

/**
 * Population stability index of two histograms over the same bins: sum((c - r) ln(c / r)) over their shares, each at least 1e-4
 * (Siddiqi 2006, Credit Risk Scorecards). Symmetric; 0 for equal shares. The usual reading: below 0.1 stable, from 0.2 on moved.
 * @param reference counts per bin, not negative.
 * @param current counts of the same bins.
 * @returns NaN where a side is empty.
 */
export function populationStability(reference: readonly number[], current: readonly number[]): number {
  const [before, now] = [sharesOf(reference), sharesOf(current)];
  return before.reduce((sum, share, bin) => {
    const [r, c] = [Math.max(smallestShare, share), Math.max(smallestShare, now[bin] ?? Number.NaN)];
    return sum + (c - r) * Math.log(c / r);
  }, 0);
}
