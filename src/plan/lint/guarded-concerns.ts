import { metricTraits, type MetricTraits } from '../../domain/metric.ts';
import type { LintRule } from './rule.ts';

const concerns: readonly (readonly [MetricTraits['concern'], string, string])[] = [
  ['latency', 'a slower candidate would pass', '{ metric: latency.p95, maxIncrease: 10% }'],
  ['errors', 'a candidate that fails more often would pass', '{ metric: error_rate, maxIncrease: 0.2pp }'],
  ['quality', 'a candidate with worse answers would pass', '{ metric: accuracy, maxDecrease: 1pp }'],
];

/** A release can get slower, fail more, or answer worse; a plan should bound all three. */
export const guardedConcerns: LintRule = {
  name: 'guarded-concerns',
  about: 'plan',
  check(plan) {
    const deciding = plan.guardrails.filter(({ onBreach }) => onBreach !== 'report');
    const guarded = new Set(deciding.map(({ metric }) => metricTraits(metric).concern));
    return concerns
      .filter(([concern]) => !guarded.has(concern))
      .map(([concern, consequence, example]) => ({
        severity: 'warning',
        path: ['guardrails'],
        message: `no guardrail on ${concern}, so ${consequence}`,
        hint: `add ${example}`,
      }));
  },
};
