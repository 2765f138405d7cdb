import type { CheckResult, GuardrailResult } from '../../domain/evidence.ts';
import { formatShare } from '../../domain/format-number.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { plannedTests } from '../guardrail-tests.ts';
import { judgeGuardrail } from '../judge-guardrail.ts';

/** The most users who may get a candidate that nothing is known of, because a person says so. */
export const largestFirstWeight = 0.05;

/** Says that there is nothing for a live stage to rest on, and how it can begin all the same. */
export function nothingServedCheck(stage: Stage, candidate: string, planFile: string, why: string): CheckResult {
  const begins =
    stage.weight <= largestFirstWeight
      ? `a person begins it with canary promote ${planFile} --stage ${stage.name} --override increase --by NAME --reason TEXT`
      : `a first live stage of at most ${formatShare(largestFirstWeight)} can be begun by a person, and this one gives ${formatShare(stage.weight)}: put a smaller stage before it`;
  return {
    name: 'served',
    status: 'hold',
    detail: `${candidate} has not served anything that ${stage.name} could rest on (${why}); ${begins}`,
  };
}

/** The results of guardrails of which nothing is known. */
export function unknownGuardrails(plan: RolloutPlan, reason: string): readonly GuardrailResult[] {
  const { confidence } = plan.statistics;
  return plannedTests(plan.guardrails, () => []).map((test) =>
    judgeGuardrail({ ...test, estimate: { kind: 'uncomputable', reason }, confidence }),
  );
}
