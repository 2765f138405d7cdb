import { clusteredQuantile, quantileWindow } from '../../dist/modules/stats/estimates/clustered-quantile.js';
import { midWeight } from '../../dist/modules/stats/estimates/mid-quantile.js';
import { pairedDifference } from '../../dist/modules/stats/estimates/paired-difference.js';
import { pairedIndicators } from '../../dist/modules/stats/estimates/paired-indicators.js';
import { quantileRelativeDifference } from '../../dist/modules/stats/estimates/quantile-difference.js';
import { servedDifference } from '../../dist/modules/stats/estimates/served-difference.js';
import { pairedSums } from '../../dist/modules/stats/sums/paired-sums.js';
import { sampleSums } from '../../dist/modules/stats/sums/sample-sums.js';
import { GrowingSample } from './quantiles.mjs';

/**
 * The comparison of the two versions on a log that grows, by canary's own statistics.
 *
 * @callback MeasureUntil
 * @param {number} until how many of the log's first requests are there; never falls from call to call
 * @returns {import('../../src/metrics/table/estimate.ts').Measured}
 */

/**
 * @param {import('./traffic.mjs').Log} log
 * @param {import('./harms.mjs').Values} values
 * @param {import('./arms.mjs').Arms} arms
 * @returns {MeasureUntil} the difference of two means of 0 and 1
 */
export function growingMeans(log, values, arms) {
  const baseline = unitSums(log, values.baseline, arms.baseline);
  const candidate = unitSums(log, values.candidate, arms.candidate);
  return (until) => {
    const [left, right] = [baseline(until), candidate(until)];
    return arms.comparison === 'paired'
      ? pairedDifference(
          pairedSums({ requests: left.requests, baseline: left.sum, candidate: right.sum }, 'difference', {
            zeroOne: true,
          }),
        )
      : servedDifference(sampleSums(left, { zeroOne: true }), sampleSums(right, { zeroOne: true }));
  };
}

/**
 * @param {import('./traffic.mjs').Log} log
 * @param {import('./harms.mjs').Values} values
 * @param {import('./arms.mjs').Arms} arms
 * @param {number} probability
 * @returns {MeasureUntil} the relative difference of two quantiles
 */
export function growingQuantiles(log, values, arms, probability) {
  const baseline = growingQuantile(log, values.baseline, arms.baseline, probability);
  const candidate = growingQuantile(log, values.candidate, arms.candidate, probability);
  return (until) => {
    const [left, right] = [baseline(until), candidate(until)];
    const obstacle = [left, right].map(({ clustered }) => clustered).find(({ kind }) => kind !== 'quantile');
    if (obstacle === undefined) {
      const [one, other] = [left.clustered, right.clustered];
      const pairing = arms.comparison === 'paired' ? pairedIndicators(one.window, other.window) : 'served';
      return quantileRelativeDifference(one, other, pairing);
    }
    if (obstacle.kind === 'uncomputable') return obstacle;
    const value = right.quantile / left.quantile - 1;
    return { kind: 'valueOnly', value, units: log.users, requests: until, refusal: obstacle };
  };
}

/**
 * What each user of one version adds up to, in order of arrival.
 *
 * @param {import('./traffic.mjs').Log} log
 * @param {Float64Array} values
 * @param {(request: number) => boolean} counts
 * @returns {(until: number) => import('../../src/stats/sums/sample.ts').Sample}
 */
export function unitSums(log, values, counts) {
  const unitOf = arrivalNumbers(log, counts);
  const requests = new Float64Array(log.users);
  const sum = new Float64Array(log.users);
  let units = 0;
  let request = 0;
  return (until) => {
    for (; request < until; request += 1) {
      const unit = unitOf[request];
      if (unit < 0) continue;
      if (unit === units) units += 1;
      requests[unit] += 1;
      sum[unit] += values[request];
    }
    return { requests: requests.subarray(0, units), sum: sum.subarray(0, units) };
  };
}

/**
 * @param {import('./traffic.mjs').Log} log
 * @param {Float64Array} values
 * @param {(request: number) => boolean} counts
 * @param {number} probability
 */
function growingQuantile(log, values, counts, probability) {
  const unitOf = arrivalNumbers(log, counts);
  const sums = unitSums(log, values, counts);
  const sample = new GrowingSample();
  let from = 0;
  return (/** @type {number} */ until) => {
    sample.add(values.slice(from, until).filter((_, index) => unitOf[from + index] >= 0));
    from = until;
    const found = sample.midQuantile(probability);
    const quantile = found.value;
    const { requests } = sums(until);
    const atMost = new Float64Array(requests.length);
    const beyond = new Set();
    for (let request = 0; request < until; request += 1) {
      const unit = unitOf[request];
      if (unit < 0) continue;
      atMost[unit] += midWeight(found, values[request]);
      if (values[request] > quantile) beyond.add(unit);
    }
    const side = { requests, atMost, unitsBeyond: beyond.size, heaviest: found.heaviest };
    const window = quantileWindow({ probability, quantile, ...side });
    if (window.kind !== 'window') return { quantile, clustered: window };
    const [below, above] = [window.below, window.above].map((beside) => sample.midQuantile(beside).value);
    return { quantile, clustered: clusteredQuantile(window, below, above) };
  };
}

/**
 * The number of each request's user among one version's users in order of arrival, so that every look has exactly those that
 * are there; -1 for a request that is not this version's.
 *
 * @param {import('./traffic.mjs').Log} log
 * @param {(request: number) => boolean} counts
 */
export function arrivalNumbers(log, counts) {
  const numberOf = new Int32Array(log.users).fill(-1);
  let arrived = 0;
  return log.user.map((user, request) => {
    if (!counts(request)) return -1;
    if (numberOf[user] < 0) {
      numberOf[user] = arrived;
      arrived += 1;
    }
    return numberOf[user];
  });
}

/**
 * How many users have sent at least one of a log's first requests.
 *
 * @param {import('./traffic.mjs').Log} log
 * @returns {(until: number) => number}
 */
export function usersUntil(log) {
  const isThere = new Uint8Array(log.users);
  let [request, users] = [0, 0];
  return (until) => {
    for (; request < until; request += 1) {
      const user = log.user[request];
      users += 1 - isThere[user];
      isThere[user] = 1;
    }
    return users;
  };
}
