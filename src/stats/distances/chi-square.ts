import { chiSquareUpperTail } from '../distributions.ts';

export interface ChiSquare {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/**
 * Pearson's test that two histograms come from one distribution: sum((c - k r)^2 / (k (c + r))) with k = sum(c) / sum(r), on the number of
 * bins that are not empty on both sides, less one (Press, Teukolsky, Vetterling and Flannery, Numerical Recipes, section 14.3, unequal
 * numbers of events). The larger the reference, the nearer this comes to the test against known shares.
 * @param reference counts per bin, not negative; not whole where observations are counted as less than one each.
 * @param current counts of the same bins.
 * @returns a p-value of 1 where there are not two bins or a side is empty.
 */
export function chiSquareTest(reference: readonly number[], current: readonly number[]): ChiSquare {
  const [total, currentTotal] = [sum(reference), sum(current)];
  const ratio = currentTotal / total;
  let statistic = 0;
  let bins = 0;
  for (const [bin, before] of reference.entries()) {
    const now = current[bin] ?? 0;
    if (before + now === 0) continue;
    bins += 1;
    statistic += (now - ratio * before) ** 2 / (ratio * (before + now));
  }
  const degreesOfFreedom = Math.max(0, bins - 1);
  if (degreesOfFreedom === 0 || !(total > 0 && currentTotal > 0)) return { statistic: 0, degreesOfFreedom, pValue: 1 };
  return { statistic, degreesOfFreedom, pValue: chiSquareUpperTail(statistic, degreesOfFreedom) };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
