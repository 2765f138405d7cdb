import type { LintRule } from './rule.ts';

/** A guardrail without a number holds every stage for ever, whatever the candidate is like. */
export const decidableGuardrails: LintRule = {
  name: 'decidable-guardrails',
  about: 'facts',
  check({ guardrails }, _registry, { undecidable }) {
    return undecidable.map(({ guardrail, reason }) => ({
      severity: 'warning' as const,
      path: ['guardrails', guardrail, 'metric'],
      message: `this log can never decide ${guardrails[guardrail]?.metric.id ?? 'it'}: ${reason}`,
      hint: 'record what it needs, or delete the guardrail: with it every stage holds',
    }));
  },
};
