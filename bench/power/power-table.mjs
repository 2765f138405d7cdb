import { formatBound } from '../../dist/modules/domain/bound.js';
import { metricTraits, parseMetric } from '../../dist/modules/domain/metric.js';
import { LEAST_REQUESTS } from './smallest-size.mjs';

const FALSE_ALARMS = 0.05;

/** @param {number} runs @returns {string} */
export function preamble(runs) {
  const error = percent(Math.sqrt((FALSE_ALARMS * (1 - FALSE_ALARMS)) / runs));
  return (
    `Requests needed to catch a harm in 80% of ${count(runs)} simulated logs, and the share of logs with a false alarm ` +
    `(standard error of a share of 5%: ${error}).`
  );
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
 * Which method needs the fewest requests among those with at most 5% false alarms: of all, of those that look again and again, of those
 * that are told how much harm is allowed and do not alarm on a candidate that does just that either, and of those on a live split.
 *
 * @param {readonly import('./power.mjs').Power[]} powers
 * @returns {string}
 */
export function goalText(powers) {
  const quiet = powers.filter(({ requestsAtFewAlarms }) => requestsAtFewAlarms !== undefined);
  const looking = quiet.filter(({ method }) => method.looks > 1);
  const bounded = quiet.filter(({ method, detection }) => method.hasBound && detection.onBound <= FALSE_ALARMS);
  const split = quiet.filter(({ method }) => method.routing.name !== 'pairs');
  return [
    '\nFewest requests at ≤ 5% false alarms:\n',
    `- of all, on a harmless candidate: ${fewest(quiet)};`,
    `- of those that look 20 times: ${fewest(looking)};`,
    `- of those that do not alarm on a candidate on the bound either: ${fewest(bounded)};`,
    `- of those on a live split: ${fewest(split)}.`,
  ].join('\n');
}

/** @param {readonly import('./power.mjs').Power[]} powers */
function fewest(powers) {
  if (powers.length === 0) return 'none';
  const sizes = powers.map(({ requestsAtFewAlarms }) => requestsAtFewAlarms);
  const best = powers[sizes.indexOf(Math.min(...sizes))];
  const { method, requestsAtFewAlarms } = best;
  const looks = method.looks === 1 ? '1 look' : `${method.looks} looks`;
  return `${method.name} (${method.routing.name}, ${looks}), ${count(requestsAtFewAlarms)}`;
}

/** @param {number} number */
function count(number) {
  return number.toLocaleString('en-US');
}

/** @param {number} share */
function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}
