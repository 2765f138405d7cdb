import { formatShare } from '../../../domain/format-number.ts';
import type { LintRule } from '../rule.ts';

/**
 * What is edited behind a stage that was entered moves nobody: what is live is the weight that it was entered with, whether the plan
 * still has the stage or not.
 */
export const editedStages: LintRule = {
  name: 'edited-stages',
  about: 'registry',
  check({ name, stages }, { rollouts, history }) {
    const entered = Object.hasOwn(rollouts, name) ? (rollouts[name]?.entered ?? []) : [];
    const weightOf = (stage: string) =>
      history.findLast((entry) => entry.rollout === name && entry.stage === stage && entry.weight !== undefined)
        ?.weight;
    const gone = entered.filter((entry) => !stages.some((stage) => stage.name === entry));
    const removed = gone.map((stage) => ({
      severity: 'warning' as const,
      path: ['stages'],
      message: `the stage ${stage} was entered and is no longer in the plan`,
      hint: `restore it; its weight stays ${formatShare(weightOf(stage) ?? 0)} until another stage is entered`,
    }));
    const edited = stages.flatMap((stage, index) => {
      const live = weightOf(stage.name);
      if (!entered.includes(stage.name) || live === undefined || Math.abs(live - stage.weight) < 1e-6) return [];
      return [
        {
          severity: 'warning' as const,
          path: ['stages', index, 'weight'],
          message: `the stage ${stage.name} was entered with ${formatShare(live)}, and the plan now gives it ${formatShare(stage.weight)}`,
          hint: `write ${formatShare(live)}, and add another stage for the new weight`,
        },
      ];
    });
    return [...removed, ...edited];
  },
};
