import type { GuardrailResult } from '../domain/evidence.ts';
import { impossibleOn, whyNotIn } from '../domain/judged.ts';
import { metricTraits } from '../domain/metric.ts';
import type { Guardrail, RolloutPlan, Stage } from '../domain/plan.ts';
import type { Basis } from '../domain/stages/basis.ts';

/** The plan with the guardrails that a stage is judged by, and the results of the others. */
export interface ApplicableGuardrails {
  readonly plan: RolloutPlan;
  readonly inapplicable: readonly GuardrailResult[];
}

/**
 * Tells the guardrails that a stage is judged by from those that it cannot be, or should not be. The latter are listed and decide nothing.
 * @param basis what the stage rests on, once its log is read; numbers per version may hold any metric.
 */
export function applicableGuardrails(
  plan: RolloutPlan,
  stage: Pick<Stage, 'name'>,
  basis: Basis | 'numbers',
): ApplicableGuardrails {
  const told = plan.guardrails.map((guardrail) => ({ guardrail, why: whyNot(plan, guardrail, stage, basis) }));
  return {
    plan: { ...plan, guardrails: told.flatMap(({ guardrail, why }) => (why === undefined ? [guardrail] : [])) },
    inapplicable: told.flatMap(({ guardrail, why }) => (why === undefined ? [] : resultsOf(guardrail, why))),
  };
}

function whyNot(plan: RolloutPlan, guardrail: Guardrail, stage: Pick<Stage, 'name'>, basis: Basis | 'numbers') {
  return (
    whyNotIn(plan, guardrail, stage) ?? (basis === 'numbers' ? undefined : impossibleOn(guardrail.metric.family, basis))
  );
}

function resultsOf({ metric, bounds, onBreach, test }: Guardrail, why: string): readonly GuardrailResult[] {
  return bounds.map((bound) => ({
    metric: metric.id,
    segment: null,
    bound,
    onBreach,
    test,
    unit: metricTraits(metric).unit,
    status: 'not-applicable',
    reason: `${metric.id} does not apply: ${why}`,
    needed: { units: null, requests: null },
  }));
}
