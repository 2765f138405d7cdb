import { alarmShare, alarmsReach } from './alarm-share.mjs';
import { GrowthBook } from './growthbook-watch.mjs';
import { harms } from './harms.mjs';
import { growthBookMethods, methods } from './methods.mjs';
import { goalText, harmHeading, methodRow, preamble } from './power-table.mjs';
import { smallestSize } from './smallest-size.mjs';

/** How often a harm must be caught, and how often a false alarm is tolerated. */
const CAUGHT = 0.8;
const FALSE_ALARMS = 0.05;
const RUNS = 40;
const THOROUGH_RUNS = 400;
const GUESSING_RUNS = 10;

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
 * @property {number} harmless share of alarms where both versions are equally good
 * @property {number} onBound share of alarms where the candidate is just as bad as the guardrail allows
 */

/**
 * Writes how many requests canary and other ways to judge need to catch a harm, with their false alarms beside it.
 *
 * @param {{ thorough: boolean, write: (line: string) => void }} options
 */
export async function power({ thorough, write }) {
  const runs = thorough ? THOROUGH_RUNS : RUNS;
  const growthBook = GrowthBook.isInstalled ? new GrowthBook() : undefined;
  const compared = growthBook === undefined ? methods : [...methods, ...growthBookMethods(growthBook)];
  write(preamble(runs));
  if (growthBook === undefined) write('\nWithout GrowthBook’s engine, whose virtual environment `.ci/run` makes.');
  for (const harm of harms) {
    write(harmHeading(harm));
    const powers = [];
    for (const method of compared) {
      const found = await powerOf(method, harm, runs);
      write(methodRow(found));
      powers.push(found);
    }
    write(goalText(powers));
  }
  growthBook?.stop();
}

/**
 * @param {import('./methods.mjs').Method} method
 * @param {import('./harms.mjs').Harm} harm
 * @param {number} runs
 * @returns {Promise<Power>}
 */
async function powerOf(method, harm, runs) {
  const requests = await smallestSize((size, isGuess) => {
    const simulated = isGuess ? GUESSING_RUNS : runs;
    return alarmsReach({ method, harm, truth: 'harmful', requests: size }, simulated, Math.ceil(CAUGHT * simulated));
  });
  if (requests === undefined) return { method, detection: undefined, requestsAtFewAlarms: undefined };
  const harmless = await alarmShare({ method, harm, truth: 'harmless', requests }, runs);
  const onBound = await alarmShare({ method, harm, truth: 'onBound', requests }, runs);
  return {
    method,
    detection: { requests, harmless, onBound },
    requestsAtFewAlarms: harmless <= FALSE_ALARMS ? requests : await quietSize(method, harm, runs, requests),
  };
}

/**
 * The size from which on a method's false alarms are few, if it has one.
 *
 * @param {import('./methods.mjs').Method} method
 * @param {import('./harms.mjs').Harm} harm
 * @param {number} runs
 * @param {number} from
 */
async function quietSize(method, harm, runs, from) {
  // Only more data helps a threshold; a level stays what it is.
  if (!method.sizedByData) return undefined;
  return await smallestSize(async (size, isGuess) => {
    const simulated = isGuess ? GUESSING_RUNS : runs;
    const tooMany = Math.floor(FALSE_ALARMS * simulated) + 1;
    return !(await alarmsReach({ method, harm, truth: 'harmless', requests: size }, simulated, tooMany));
  }, from);
}
