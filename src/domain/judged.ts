import type { CohortName } from './evidence.ts';
import type { Metric } from './metric.ts';
import type { RolloutPlan, Stage } from './plan.ts';

/** The metrics that the plan's guardrails name, each once, in the plan's order. */
export function guardedMetrics(plan: Pick<RolloutPlan, 'guardrails'>): readonly Metric[] {
  return [...new Map(plan.guardrails.map(({ metric }) => [metric.id, metric])).values()];
}

/** The cohort that decides: in a live split the users whom the candidate served; else everyone in a shadow stage and under `judge: all`, else the users whom the stage would expose. */
export function judgedCohortOf(
  plan: Pick<RolloutPlan, 'judge' | 'requests'>,
  stage: Pick<Stage, 'weight'>,
): CohortName {
  if (plan.requests.fields.served !== undefined) return 'canary';
  return stage.weight === 0 || plan.judge === 'all' ? 'all' : 'canary';
}
