import { formatShare } from '../../../domain/format-number.ts';
import type { LintRule } from '../rule.ts';

/** The textbook's first step; more than this exposes many users to a version that no user has tried. */
const largestFirstStep = 0.1;

/** The first users to see the candidate should be few. */
export const smallFirstStep: LintRule = {
  name: 'small-first-step',
  about: 'plan',
  check(plan) {
    const index = plan.stages.findIndex(({ weight }) => weight > 0);
    const weight = plan.stages[index]?.weight;
    if (weight === undefined || weight <= largestFirstStep) return [];
    return [
      {
        severity: 'warning',
        path: ['stages', index, 'weight'],
        message: `the first step exposes ${formatShare(weight)} of the users at once`,
        hint: `add a stage of ${formatShare(largestFirstStep)} or less before it`,
      },
    ];
  },
};
