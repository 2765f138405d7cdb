/** Metrics that only a judgement makes; no plan can name them. */
export const unwritten = new Set([
  'plan.guardrails.*.metric.family = labelled',
  'plan.guardrails.*.metric.answers',
  'plan.guardrails.*.metric.answers = alike',
  'plan.guardrails.*.metric.answers = different',
  'plan.guardrails.*.metric.family = left_out',
  'plan.guardrails.*.metric.of',
  'plan.guardrails.*.metric.comparison',
  'plan.guardrails.*.metric.comparison = paired',
  'plan.guardrails.*.metric.comparison = served',
]);
