import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';

/**
 * Confidence interval of the shift between two samples and its Hodges-Lehmann estimate, from the Mann-Whitney statistic's normal
 * approximation with corrections for ties and continuity: the shifts at which it is +z, 0 and -z (Bauer 1972, Constructing
 * confidence sets using rank statistics; the asymptotic interval of R's wilcox.test). The statistic steps only at differences between
 * the samples, so the shifts are found among those exactly; a numerical root could end on either side of a step.
 *
 * @param {Float64Array} experiment not empty
 * @param {Float64Array} control not empty
 * @param {number} confidence two-sided, in (0, 1)
 * @returns {{ low: number, high: number, estimate: number }}
 */
export function shiftInterval(experiment, control, confidence) {
  const x = experiment.toSorted();
  const y = control.toSorted();
  const differences = pairwiseDifferences(x, y);
  /** The statistic just above a difference. @param {number} at */
  const above = (at) =>
    at === differences.length - 1 ? -Infinity : standardised(x, y, (differences[at] + differences[at + 1]) / 2);
  const shiftAt = (/** @type {number} */ target) => {
    const reached = firstIndex(differences.length, (at) => above(at) <= target);
    const passed = firstIndex(differences.length, (at) => above(at) < target);
    return (differences[reached] + differences[passed]) / 2;
  };
  const z = -normalQuantile((1 - confidence) / 2, 0, 1);
  return { low: shiftAt(z), high: shiftAt(-z), estimate: shiftAt(0) };
}

/**
 * The standardised Mann-Whitney statistic of x - shift against y; falls as the shift grows.
 *
 * @param {Float64Array} x ascending
 * @param {Float64Array} y ascending
 * @param {number} shift
 */
function standardised(x, y, shift) {
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
  return (deviation - 0.5 * Math.sign(deviation)) / Math.sqrt(variance);
}

/** The distinct differences x - y in ascending order. @param {Float64Array} x @param {Float64Array} y */
function pairwiseDifferences(x, y) {
  const all = new Float64Array(x.length * y.length);
  for (let i = 0; i < x.length; i += 1) for (let j = 0; j < y.length; j += 1) all[i * y.length + j] = x[i] - y[j];
  return all.toSorted().filter((difference, at, sorted) => at === 0 || difference > sorted[at - 1]);
}

/**
 * The first index from which on a condition holds, by bisection; it is taken to hold at the last.
 *
 * @param {number} length
 * @param {(at: number) => boolean} holds
 */
function firstIndex(length, holds) {
  let [low, high] = [0, length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
