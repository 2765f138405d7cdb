import { binomialUpperTail } from './binomial-tail.ts';

/**
 * The exact two-sided p-value of one look at a share: twice the smaller tail of the binomial (Clopper and Pearson 1934), at most 1.
 * @param counted and other: whole numbers of units on the two sides.
 * @param share that the first side should have, in (0, 1).
 */
export function exactShareChance(counted: number, other: number, share: number): number {
  const trials = counted + other;
  const upper = binomialUpperTail(counted, trials, share);
  const lower = binomialUpperTail(other, trials, 1 - share);
  return Math.min(1, 2 * Math.min(upper, lower));
}
