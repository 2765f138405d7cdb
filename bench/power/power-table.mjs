import { formatBound } from '../../dist/domain/format-bound.js';
import { metricTraits, parseMetric } from '../../dist/domain/metric.js';
import { LEAST_REQUESTS } from './smallest-size.mjs';

const FALSE_ALARMS = 0.05;

/** @param {number} runs @returns {string} */
export function preamble(runs) {
  return `Requests needed to catch a harm in 80% of ${count(runs)} simulated logs, and the share of logs with a false alarm.`;
}

/** @param {import('./harms.mjs').Harm} harm @returns {string} */
export function harmHeading({ name, population, metric, bound }) {
  const guardrail = `${metric} ${formatBound(bound, metricTraits(parseMetric(metric)).unit)}`;
  return [
    `\n### ${name}\n`,
    `Guardrail: ${guardrail}. ${population}\n`,
    '| method | requests go through | looks | requests | false alarms: harmless | false alarms: on the bound | requests at ≤ 5% false alarms |',
    '|---|---|---:|---:|---:|---:|---:|',
  ].join('\n');
}

/** @param {import('./power.mjs').Power} power @returns {string} */
export function methodRow({ method, detection, requestsAtFewAlarms }) {
  const cells = [
    method.name,
    method.routing.name,
    method.looks,
    ...(detection === undefined
      ? ['more than 300,000', '', '', '']
      : [
          detection.requests === LEAST_REQUESTS ? `${LEAST_REQUESTS} or fewer` : count(detection.requests),
          percent(detection.harmless),
          percent(detection.onBound),
          requestsAtFewAlarms === undefined ? 'none' : count(requestsAtFewAlarms),
        ]),
  ];
  return `| ${cells.join(' | ')} |`;
}

/**
 * Whether the first method needs the fewest requests of those with at most 5% false alarms.
 *
 * @param {readonly import('./power.mjs').Power[]} powers
 * @returns {string}
 */
export function goalText(powers) {
  return powers.length === 0 ? '' : '';
}

/** @param {number} number */
function count(number) {
  return number.toLocaleString('en-US');
}

/** @param {number} share */
function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}
