/** How well a quantity is known that was measured in several pairs of processes. */
export interface PairSpread {
  /** At least 2. */
  readonly pairs: number;
  /** Of the mean over the pairs, on the scale on which the quantity's error is symmetric, with one degree of freedom less than there are pairs. */
  readonly standardError: number;
}

/**
 * Standard error of a quantity from what its pairs of processes differ by, sqrt(sum (x_r - mean)^2 / (R - 1) / R): a process that is slow by
 * luck of its start is slow for all its requests, which no interval between users knows of.
 * @param values the quantity by pair; at least 2, finite.
 */
export function pairSpread(values: Float64Array): PairSpread {
  const pairs = values.length;
  if (!(pairs >= 2)) throw new RangeError('a spread takes two pairs');
  const mean = values.reduce((sum, value) => sum + value, 0) / pairs;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { pairs, standardError: Math.sqrt(squares / (pairs - 1) / pairs) };
}
