import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';

/** Finer than the 1e-4 of the original, whose metrics need not be in percent. */
const TOLERANCE = 1e-7;

/**
 * Confidence interval of the shift between two samples and its Hodges-Lehmann estimate, from the Mann-Whitney statistic's normal
 * approximation with corrections for ties and continuity: the shifts at which it is +z, 0 and -z (Bauer 1972, Constructing
 * confidence sets using rank statistics; the asymptotic interval of R's wilcox.test).
 *
 * @param {Float64Array} experiment
 * @param {Float64Array} control
 * @param {number} confidence two-sided, in (0, 1)
 * @returns {{ low: number, high: number, estimate: number }}
 */
export function shiftInterval(experiment, control, confidence) {
  const x = experiment.toSorted();
  const y = control.toSorted();
  const z = -normalQuantile((1 - confidence) / 2, 0, 1);
  const least = x[0] - y[y.length - 1];
  const most = x[x.length - 1] - y[0];
  const shiftAt = (/** @type {number} */ target) => solve((shift) => standardised(x, y, shift) - target, least, most);
  return { low: shiftAt(z), high: shiftAt(-z), estimate: shiftAt(0) };
}

/**
 * The standardised Mann-Whitney statistic of x - shift against y; falls as the shift grows.
 *
 * @param {Float64Array} x ascending
 * @param {Float64Array} y ascending
 * @param {number} shift
 */
export function standardised(x, y, shift) {
  const total = x.length + y.length;
  let rankSum = 0;
  let tieSum = 0;
  for (let i = 0, j = 0; i < x.length || j < y.length;) {
    const value = Math.min(i < x.length ? x[i] - shift : Infinity, j < y.length ? y[j] : Infinity);
    const [fromX, fromY] = [i, j];
    while (i < x.length && x[i] - shift === value) i += 1;
    while (j < y.length && y[j] === value) j += 1;
    const tied = i - fromX + j - fromY;
    rankSum += (i - fromX) * (fromX + fromY + (tied + 1) / 2);
    tieSum += tied ** 3 - tied;
  }
  const deviation = rankSum - (x.length * (x.length + 1)) / 2 - (x.length * y.length) / 2;
  const variance = ((x.length * y.length) / 12) * (total + 1 - tieSum / (total * (total - 1)));
  // Everything is tied: the statistic is at its centre, whatever its spread.
  return variance === 0 ? 0 : (deviation - 0.5 * Math.sign(deviation)) / Math.sqrt(variance);
}

/**
 * The place where a falling function crosses zero; an end where it does not cross between the two.
 *
 * @param {(at: number) => number} falling
 * @param {number} least
 * @param {number} most
 */
function solve(falling, least, most) {
  if (falling(least) <= 0) return least;
  if (falling(most) >= 0) return most;
  let [low, high] = [least, most];
  while (high - low > TOLERANCE) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (falling(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
