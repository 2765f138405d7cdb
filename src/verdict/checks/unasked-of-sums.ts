import type { CheckResult } from '../../domain/evidence.ts';
import type { CheckAction, RolloutPlan, Stage } from '../../domain/plan.ts';

/** What asks for requests themselves, of a stage that is judged on the sums of a warehouse: it is listed, and holds where the plan asks for it. */
export function unaskedOfSums(
  { minDurationMs }: Pick<Stage, 'minDurationMs'>,
  { checks }: Pick<RolloutPlan, 'checks'>,
): readonly CheckResult[] {
  return [
    {
      name: 'window',
      status: minDurationMs === undefined ? held(checks.window.action) : 'hold',
      detail: 'not asked: sums do not say what time the requests span',
    },
    {
      name: 'parity',
      status: held(checks.parity.action),
      detail: "not asked: the sums hold no comparison of the baseline on both cohorts' users",
    },
    {
      name: 'segment mix',
      status: 'not-applicable',
      detail: 'not asked: sums do not follow a user across segments',
    },
    { name: 'stability', status: 'not-applicable', detail: 'not asked: sums have no first and second half' },
  ];
}

function held(action: CheckAction | undefined): 'hold' | 'not-applicable' {
  return action === 'hold' ? 'hold' : 'not-applicable';
}
