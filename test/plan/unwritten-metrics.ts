/** Metrics that only a judgement makes, the name of a further source, which its key is, and when a weight was decided, which the registry knows; no plan can write them. */
export const unwritten = new Set([
  'plan.requests.name',
  'plan.requests.weights.*.decided',
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
