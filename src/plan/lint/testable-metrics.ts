import type { LintRule } from './rule.ts';

/** A number that a replay gives once cannot be proven, and a guardrail that asks for a proof of it would only ever hold. */
export const testableMetrics: LintRule = {
  name: 'testable-metrics',
  about: 'plan',
  check({ guardrails }) {
    return guardrails.flatMap(({ metric, test }, index) => {
      if (metric.family !== 'memory' || test === 'point') return [];
      return [
        {
          severity: 'warning' as const,
          path: ['guardrails', index, 'metric'],
          message: `metric: ${metric.id} is one number per replay, which has no interval`,
          hint: 'add test: point',
        },
      ];
    });
  },
};
