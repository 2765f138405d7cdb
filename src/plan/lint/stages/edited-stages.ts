import { formatShare } from '../../../domain/format-number.ts';
import type { LintRule } from '../rule.ts';

/** A weight that is edited behind a stage that was entered moves nobody: what is live is the weight that it was entered with. */
export const editedStages: LintRule = {
  name: 'edited-stages',
  about: 'registry',
  check({ name, stages }, { rollouts, history }) {
    const entered = Object.hasOwn(rollouts, name) ? (rollouts[name]?.entered ?? []) : [];
    return stages.flatMap((stage, index) => {
      const live = history.findLast(
        (entry) => entry.rollout === name && entry.stage === stage.name && entry.weight !== undefined,
      )?.weight;
      if (!entered.includes(stage.name) || live === undefined || Math.abs(live - stage.weight) < 1e-6) return [];
      return [
        {
          severity: 'warning' as const,
          path: ['stages', index, 'weight'],
          message: `the stage ${stage.name} was entered with ${formatShare(live)} and is ${formatShare(stage.weight)} in the plan now`,
          hint: `write ${formatShare(live)}, and add a stage of its own for another weight`,
        },
      ];
    });
  },
};
