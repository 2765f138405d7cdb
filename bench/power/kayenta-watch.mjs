import { harmfulEnd } from '../../dist/modules/domain/bound.js';
import { parseMetric } from '../../dist/modules/domain/metric.js';
import { kayentaAlarms } from './kayenta-judge.mjs';
import { sortedQuantile } from './quantiles.mjs';
import { MINUTES } from './traffic.mjs';

/**
 * Kayenta's judge on one-minute aggregates of each version.
 *
 * @type {import('./methods.mjs').Watch}
 */
export function kayentaWatch(harm, log, values, arms) {
  const metric = parseMetric(harm.metric);
  const aggregate =
    metric.statistic === 'quantile'
      ? (/** @type {Float64Array} */ minute) => sortedQuantile(minute.toSorted(), metric.probability)
      : percent;
  const experiment = byMinute(log, values.candidate, arms.candidate, aggregate);
  const control = byMinute(log, values.baseline, arms.baseline, aggregate);
  const end = harmfulEnd(harm.bound.kind);
  return (minutes) => kayentaAlarms(experiment.subarray(0, minutes), control.subarray(0, minutes), end);
}

/**
 * @param {import('./traffic.mjs').Log} log
 * @param {Float64Array} values
 * @param {(request: number) => boolean} counts
 * @param {(minute: Float64Array) => number} aggregate
 */
function byMinute(log, values, counts, aggregate) {
  return Float64Array.from({ length: MINUTES }, (_, minute) => {
    const from = minute === 0 ? 0 : log.until[minute - 1];
    return aggregate(values.slice(from, log.until[minute]).filter((__, index) => counts(from + index)));
  });
}

/** @param {Float64Array} minute values of 0 and 1 @returns {number} NaN of nothing */
function percent(minute) {
  return (100 * minute.reduce((sum, value) => sum + value, 0)) / minute.length;
}
