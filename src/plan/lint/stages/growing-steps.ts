import { formatShare } from '../../../domain/format-number.ts';
import type { LintRule } from '../rule.ts';

/** From 5% to 25% is a step; from 5% to half of the users is a leap. */
const largestGrowth = 5;

/** What nobody saw at one size shows at the next, so sizes should not grow too fast. */
export const growingSteps: LintRule = {
  name: 'growing-steps',
  about: 'plan',
  check({ stages }) {
    return stages.flatMap(({ weight }, index) => {
      const before = stages[index - 1]?.weight ?? 0;
      // Rounding must not make a leap of 20% to 100%.
      if (before === 0 || weight <= before * largestGrowth * (1 + 1e-9)) return [];
      const times = Number((weight / before).toPrecision(3));
      return [
        {
          severity: 'warning' as const,
          path: ['stages', index, 'weight'],
          message: `the step from ${formatShare(before)} to ${formatShare(weight)} exposes ${times} times as many users`,
          hint: `add a stage of ${formatShare(Number((before * largestGrowth).toPrecision(3)))} or less between them`,
        },
      ];
    });
  },
};
