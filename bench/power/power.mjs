import { alarmShare } from './alarm-share.mjs';
import { harms } from './harms.mjs';
import { methods } from './methods.mjs';
import { harmHeading, methodRow, goalText, preamble } from './power-table.mjs';
import { smallestSize } from './smallest-size.mjs';

/** How often a harm is caught, and how often a false alarm is tolerated. */
const CAUGHT = 0.8;
export const FALSE_ALARMS = 0.05;
const RUNS = 100;
const THOROUGH_RUNS = 1000;
const GUESSES = 10;

/**
 * What a method needs and what it costs in false alarms.
 *
 * @typedef {object} Power
 * @property {import('./methods.mjs').Method} method
 * @property {Detection | undefined} detection undefined where the most requests that were tried do not catch the harm
 * @property {number | undefined} requestsAtFewAlarms requests that catch the harm with false alarms on a harmless candidate of at most 5%
 *
 * @typedef {object} Detection
 * @property {number} requests
 * @property {number} caught share of logs of that size on which the harm was caught
 * @property {number} harmless share of alarms where both versions are equally good
 * @property {number} onBound share of alarms where the candidate is just as bad as the guardrail allows
 */

/**
 * Prints how many requests canary and other ways to judge need to catch a harm, with their false alarms beside it.
 *
 * @param {{ thorough: boolean, write: (line: string) => void }} options
 */
export function power({ thorough, write }) {
  const runs = thorough ? THOROUGH_RUNS : RUNS;
  write(preamble(runs));
  for (const harm of harms) {
    write(harmHeading(harm));
    const powers = methods.map((method) => {
      const found = powerOf(method, harm, runs);
      write(methodRow(found));
      return found;
    });
    write(goalText(powers));
  }
}

/**
 * @param {import('./methods.mjs').Method} method
 * @param {import('./harms.mjs').Harm} harm
 * @param {number} runs
 * @returns {Power}
 */
function powerOf(method, harm, runs) {
  const share = (/** @type {keyof typeof harm.truths} */ truth, /** @type {number} */ requests) =>
    alarmShare(method, harm, truth, requests, runs);
  const requests = smallestSize(
    (size, isGuess) => alarmShare(method, harm, 'harmful', size, isGuess ? GUESSES : runs) >= CAUGHT,
  );
  if (requests === undefined) return { method, detection: undefined, requestsAtFewAlarms: undefined };
  const detection = {
    requests,
    caught: share('harmful', requests),
    harmless: share('harmless', requests),
    onBound: share('onBound', requests),
  };
  return { method, detection, requestsAtFewAlarms: requestsAtFewAlarms(method, detection, share) };
}

/**
 * @param {import('./methods.mjs').Method} method
 * @param {Detection} detection
 * @param {(truth: 'harmless', requests: number) => number} share
 */
function requestsAtFewAlarms(method, { requests, harmless }, share) {
  if (harmless <= FALSE_ALARMS) return requests;
  // Only more data helps a threshold; a level stays what it is.
  if (!method.sizedByData) return undefined;
  return smallestSize((size) => share('harmless', size) <= FALSE_ALARMS, requests);
}
