import { holdsNumbers } from '../../../domain/told-number.ts';
import { planOfStage } from '../../../domain/judged.ts';
import type { RolloutPlan, Stage } from '../../../domain/plan.ts';
import type { LintFinding, LintRule } from '../rule.ts';

/** Bounds of a planned end hold for an end that the plan fixes before the first look, not for a log that ends whenever it does. */
export const plannedEnd: LintRule = {
  name: 'planned-end',
  about: 'now',
  check(plan, _registry, now) {
    const { inference, plannedUnits, looks } = plan.statistics;
    if (inference !== 'planned' || plannedUnits !== undefined || looks !== undefined) return [];
    const open = plan.stages.find((stage) => endOf(plan, stage) === undefined);
    if (open !== undefined)
      return [
        finding(`inference: planned needs an end that is fixed before the first look, but stage ${open.name} has none`),
      ];
    const coming = plan.stages.find((stage) => Date.parse(endOf(plan, stage) ?? '') > Date.parse(now));
    if (coming === undefined) return [];
    const to = endOf(plan, coming);
    return [
      finding(
        `inference: planned needs an end in users, but requests.to (${to}) of stage ${coming.name} is still to come`,
      ),
    ];
  },
};

/** Numbers of a dashboard have no times that could end. */
function endOf(plan: RolloutPlan, stage: Stage): string | undefined {
  const { format, to } = planOfStage(plan, stage).requests;
  return holdsNumbers(format) ? undefined : to;
}

function finding(message: string): LintFinding {
  return {
    severity: 'error',
    path: ['statistics', 'inference'],
    message,
    hint: 'write statistics.plannedUnits, the users that the log will have then; looks: 1 if one look decides; a requests.to in the past; or inference: sequential',
  };
}
