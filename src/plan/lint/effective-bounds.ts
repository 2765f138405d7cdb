import { metricTraits } from '../../domain/metric.ts';
import type { LintRule } from './rule.ts';

/** A bound at the end of a rate's range holds whatever the candidate does, and so guards nothing. */
export const effectiveBounds: LintRule = {
  name: 'effective-bounds',
  about: 'plan',
  check(plan) {
    return plan.guardrails.flatMap(({ metric, bounds }, index) => {
      if (metricTraits(metric).unit !== 'proportion') return [];
      const idle = bounds.filter(({ kind, value, relative }) => !relative && value === (kind === 'min' ? 0 : 1));
      return idle.map(({ kind }) => ({
        severity: 'warning' as const,
        path: ['guardrails', index, kind],
        message: `${kind} of ${metric.id} can never be broken`,
        hint: 'write the worst value that you would accept',
      }));
    });
  },
};
