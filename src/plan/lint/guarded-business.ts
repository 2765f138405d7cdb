import { metricTraits } from '../../domain/metric.ts';
import type { LintRule } from './rule.ts';

/** Where the log tells what users did after the answer, a version that drives them away should not pass for its accuracy. */
export const guardedBusiness: LintRule = {
  name: 'guarded-business',
  about: 'plan',
  check({ guardrails, requests }) {
    // A replay cannot know what a user would have done, so that only a live split is asked for it.
    if (requests.fields.served === undefined) return [];
    if (guardrails.some(({ metric }) => metricTraits(metric).concern === 'business')) return [];
    return [
      {
        severity: 'warning',
        path: ['guardrails'],
        message: 'no guardrail on a KPI, so a candidate that costs revenue would pass',
        hint: 'add { metric: kpi.revenue, maxDecrease: 2% } with a field of your log',
      },
    ];
  },
};
