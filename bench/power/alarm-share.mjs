import { seededRandom } from '../../fixtures/generator/random.mjs';
import { lookTimes } from './methods.mjs';
import { drawLog } from './traffic.mjs';

/**
 * How often a method alarms at any of its looks, over simulated logs. Run number r has the same seed for every method and truth.
 *
 * @param {import('./methods.mjs').Method} method
 * @param {import('./harms.mjs').Harm} harm
 * @param {keyof import('./harms.mjs').Harm['truths']} truth
 * @param {number} requests
 * @param {number} runs
 * @returns {number}
 */
export function alarmShare(method, harm, truth, requests, runs) {
  let alarms = 0;
  for (let run = 1; run <= runs; run += 1) {
    const random = seededRandom(run);
    const log = drawLog(random, requests);
    const arms = method.routing.deal(random, log);
    const values = harm.draw(random, log, harm.truths[truth]);
    const alarmsAt = method.watch(harm, log, values, arms);
    if (lookTimes(method).some((minutes) => alarmsAt(minutes))) alarms += 1;
  }
  return alarms / runs;
}
