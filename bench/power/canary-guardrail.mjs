import { harmfulEnd } from '../../dist/modules/domain/bound.js';
import { parseMetric } from '../../dist/modules/domain/metric.js';
import { estimateAt } from '../../dist/modules/metrics/table/estimate.js';
import { errorRates } from '../../dist/modules/verdict/error-rates.js';
import { judgeGuardrail } from '../../dist/modules/verdict/judge-guardrail.js';
import { plannedUnits } from '../../dist/modules/verdict/planned-units.js';
import { besideTests } from '../../dist/modules/domain/statistics/inference.js';
import { plannedBounds } from '../../dist/modules/stats/bounds/planned-bounds.js';
import { growingMeans, growingQuantiles, usersUntil } from './growing-measure.mjs';

const CONFIDENCE = 0.95;
/** A plan guards accuracy, errors and latency, and the three share the false alarms. */
const TESTS_OF_THE_PLAN = 3;

/**
 * A guardrail of canary, judged by the code that judges a plan's.
 *
 * @param {object} options
 * @param {'interval' | 'point'} [options.test]
 * @param {'sequential' | 'fixed' | 'planned'} [options.inference] not used by `point`
 * @param {boolean} [options.allowsHarm] whether the bound is the harm's, or zero
 * @param {number} [options.tests] how many bounds of the plan share the false alarms
 * @returns {import('./methods.mjs').Watch} whether it is breached
 */
export function canaryGuardrail({
  test = 'interval',
  inference = 'sequential',
  allowsHarm = true,
  tests = TESTS_OF_THE_PLAN,
} = {}) {
  return (harm, log, values, arms) => {
    const metric = parseMetric(harm.metric);
    const bound = allowsHarm ? harm.bound : { ...harm.bound, value: 0 };
    const guardrail = { metric, bounds: [bound], segments: [], onBreach: 'rollback', test };
    const rates = errorRates(bound.kind, 1 - CONFIDENCE, tests);
    const settingsOf =
      inference === 'planned'
        ? plannedLooks(bound, rates, log, arms)
        : () => ({ ...rates, inference, plannedUnits: tunedFor(log, arms) });
    const measure =
      metric.statistic === 'quantile'
        ? growingQuantiles(log, values, arms, metric.probability)
        : growingMeans(log, values, arms);
    return (minutes) => {
      const until = log.until[minutes - 1];
      const measured = measure(until);
      const estimate = estimateAt(measured, settingsOf(measured, until));
      const judged = { guardrail, bound, segment: null, estimate, confidence: CONFIDENCE };
      return judgeGuardrail(judged).status === 'breach';
    };
  };
}

/** What the sequential bounds are tuned for where the pace tells how many users the hour will bring. @param {import('./traffic.mjs').Log} log @param {import('./arms.mjs').Arms} arms */
function tunedFor(log, arms) {
  const users = { units: log.users, requests: log.requests };
  return plannedUnits(log.users, { log: users, judged: { ...users, units: judgedUsers(log, arms) } });
}

/** The users whom the candidate answers. @param {import('./traffic.mjs').Log} log @param {import('./arms.mjs').Arms} arms */
function judgedUsers(log, arms) {
  const isJudged = new Uint8Array(log.users);
  for (let request = 0; request < log.requests; request += 1)
    if (arms.candidate(request)) isJudged[log.user[request]] = 1;
  return isJudged.reduce((count, one) => count + one, 0);
}

/**
 * The levels at each look of a log whose end is planned: it has as many users as the plan says.
 *
 * @param {import('../../src/domain/plan.ts').Bound} bound
 * @param {{ alphaLower: number, alphaUpper: number }} rates
 * @param {import('./traffic.mjs').Log} log
 * @param {import('./arms.mjs').Arms} arms
 */
function plannedLooks(bound, rates, log, arms) {
  const passes = harmfulEnd(bound.kind) === 'high' ? 'upper' : 'lower';
  const [pass, breach] =
    passes === 'upper' ? [rates.alphaUpper, rates.alphaLower] : [rates.alphaLower, rates.alphaUpper];
  const plan = { alpha: { pass, breach }, horizon: log.users, judgedAtEnd: judgedUsers(log, arms), passes };
  const usersAt = usersUntil(log);
  let tested = { pass: [], breach: [] };
  return (measured, until) => {
    if (measured.kind !== 'linearized' && measured.kind !== 'proportion')
      return { ...rates, inference: besideTests('planned'), plannedUnits: 1 };
    const look = plannedBounds(measured, usersAt(until), tested, plan);
    tested = look.tested;
    return look.settings;
  };
}
