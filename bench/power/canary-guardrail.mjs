import { parseMetric } from '../../dist/modules/domain/metric.js';
import { estimateAt } from '../../dist/modules/metrics/table/estimate.js';
import { errorRates } from '../../dist/modules/verdict/error-rates.js';
import { judgeGuardrail } from '../../dist/modules/verdict/judge-guardrail.js';
import { plannedUnits } from '../../dist/modules/verdict/planned-units.js';
import { growingMeans, growingQuantiles } from './growing-measure.mjs';

const CONFIDENCE = 0.95;
/** A plan guards accuracy, errors and latency, and the three share the false alarms. */
const TESTS_OF_THE_PLAN = 3;
/** What a stage that writes no size plans for. */
const PLANNED_UNITS = plannedUnits({ plannedSize: { requests: false, units: false } }, { requests: 0, units: 0 });

/**
 * A guardrail of canary, judged by the code that judges a plan's.
 *
 * @param {object} options
 * @param {'interval' | 'point'} [options.test]
 * @param {'sequential' | 'fixed'} [options.inference] not used by `point`
 * @param {boolean} [options.allowsHarm] whether the bound is the harm's, or zero
 * @returns {import('./methods.mjs').Watch} whether it is breached
 */
export function canaryGuardrail({ test = 'interval', inference = 'sequential', allowsHarm = true } = {}) {
  return (harm, log, values, arms) => {
    const metric = parseMetric(harm.metric);
    const bound = allowsHarm ? harm.bound : { ...harm.bound, value: 0 };
    const guardrail = { metric, bounds: [bound], segments: [], onBreach: 'rollback', test };
    const rates = errorRates(bound.kind, 1 - CONFIDENCE, TESTS_OF_THE_PLAN);
    const settings = { ...rates, inference, plannedUnits: PLANNED_UNITS };
    const measure =
      metric.statistic === 'quantile'
        ? growingQuantiles(log, values, arms, metric.probability)
        : growingMeans(log, values, arms);
    return (minutes) => {
      const estimate = estimateAt(measure(log.until[minutes - 1]), settings);
      const judged = { guardrail, bound, segment: null, estimate, confidence: CONFIDENCE };
      return judgeGuardrail(judged).status === 'breach';
    };
  };
}
