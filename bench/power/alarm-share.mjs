import { seededRandom } from '../../fixtures/generator/random.mjs';
import { lookTimes } from './methods.mjs';
import { drawLog } from './traffic.mjs';

/**
 * What is simulated.
 *
 * @typedef {object} Trial
 * @property {import('./methods.mjs').Method} method
 * @property {import('./harms.mjs').Harm} harm
 * @property {keyof import('./harms.mjs').Harm['truths']} truth
 * @property {number} requests
 */

/**
 * The share of simulated logs on which a method alarms at any of its looks.
 *
 * @param {Trial} trial
 * @param {number} runs
 */
export async function alarmShare(trial, runs) {
  let alarms = 0;
  for (let run = 1; run <= runs; run += 1) if (await alarmsInRun(trial, run)) alarms += 1;
  return alarms / runs;
}

/**
 * Whether a method alarms on at least so many of the simulated logs; stops as soon as the rest cannot change that.
 *
 * @param {Trial} trial
 * @param {number} runs
 * @param {number} least
 */
export async function alarmsReach(trial, runs, least) {
  let alarms = 0;
  for (let run = 1; run <= runs; run += 1) {
    if (await alarmsInRun(trial, run)) alarms += 1;
    if (alarms >= least) return true;
    if (alarms + runs - run < least) return false;
  }
  return false;
}

/** Run number r has the same seed for every method and truth. @param {Trial} trial @param {number} run */
async function alarmsInRun({ method, harm, truth, requests }, run) {
  const random = seededRandom(run);
  const log = drawLog(random, requests);
  const arms = method.routing.deal(random, log);
  const values = harm.draw(random, log, harm.truths[truth]);
  const alarmsAt = method.watch(harm, log, values, arms);
  for (const minutes of lookTimes(method)) if (await alarmsAt(minutes)) return true;
  return false;
}
