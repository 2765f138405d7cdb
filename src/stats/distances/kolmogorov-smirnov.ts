/** Up to so many pairs of observations the exact distribution is counted; beyond, the limit is as good. */
const mostExactPairs = 10_000;

/**
 * Two-sided p-value of the two-sample Kolmogorov-Smirnov statistic: the probability of a largest distance of at least this between
 * the distribution functions of two samples of one continuous distribution. Exact for small samples, by counting lattice
 * paths (Hodges 1958, The significance probability of the Smirnov two-sample test); else Kolmogorov's limit with Stephens' 1970
 * correction.
 * @param distance largest distance of the two empirical distribution functions, in [0, 1].
 * @param left number of observations of one sample, at least 1; rounded to a whole number.
 * @param right number of observations of the other.
 */
export function kolmogorovSmirnovPValue(distance: number, left: number, right: number): number {
  const [n, m] = [Math.round(left), Math.round(right)];
  if (!(n >= 1 && m >= 1)) throw new RangeError('A Kolmogorov-Smirnov test needs observations on both sides.');
  return n * m <= mostExactPairs ? exactTail(distance, n, m) : limitTail(distance, n, m);
}

/**
 * Every order of the n + m observations is a path from (0, 0) to (n, m), all equally probable; those that stay where
 * |i / n - j / m| is below the distance are counted as probabilities, row by row.
 */
function exactTail(distance: number, n: number, m: number): number {
  const isInside = (i: number, j: number) => Math.abs(i / n - j / m) < distance - 1e-12;
  let row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i += 1) {
    const next = new Float64Array(m + 1);
    for (let j = 0; j <= m; j += 1) {
      if (!isInside(i, j)) continue;
      if (i === 0 && j === 0) {
        next[j] = 1;
        continue;
      }
      // The chance that the last of these i + j observations is from one sample or the other.
      const fromLeft = i === 0 ? 0 : (row[j] ?? 0) * (i / (i + j));
      const fromRight = j === 0 ? 0 : (next[j - 1] ?? 0) * (j / (i + j));
      next[j] = fromLeft + fromRight;
    }
    row = next;
  }
  return Math.min(1, Math.max(0, 1 - (row[m] ?? 0)));
}

/** Kolmogorov's distribution: 2 sum of (-1)^(k - 1) exp(-2 k^2 lambda^2). */
function limitTail(distance: number, n: number, m: number): number {
  const root = Math.sqrt((n * m) / (n + m));
  const lambda = (root + 0.12 + 0.11 / root) * distance;
  // Where the series converges slowly its sum is 1 to all digits.
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k += 1) {
    const term = Math.exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-16) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
