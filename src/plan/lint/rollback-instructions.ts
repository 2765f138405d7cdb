import type { LintRule } from './rule.ts';

/** Whoever is on call at night should not have to find out who owns the rollout and how to end it. */
export const rollbackInstructions: LintRule = {
  name: 'rollback-instructions',
  about: 'plan',
  check({ rollback, name }) {
    if (rollback !== undefined) return [];
    return [
      {
        severity: 'warning',
        path: [],
        message: `${name} does not say who rolls it back and how`,
        hint: 'add rollback: { owner: on-call, steps: [...] }',
      },
    ];
  },
};
