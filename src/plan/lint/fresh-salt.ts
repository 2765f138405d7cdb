import type { LintRule } from './rule.ts';

/** The same salt picks the same users: they would be the first to meet every candidate, and carry what the last one did to them. */
export const freshSalt: LintRule = {
  name: 'fresh-salt',
  about: 'facts',
  check({ name, assignment }, registry, { otherSalts }) {
    const planned = [...otherSalts].find(([other, salt]) => other !== name && salt === assignment.salt)?.[0];
    // A plan that writes no salt is salted with its name, so that a finished rollout's name is a salt that was used.
    const finished = Object.keys(registry.rollouts).find((other) => other !== name && other === assignment.salt);
    const other = planned ?? finished;
    if (other === undefined) return [];
    return [
      {
        severity: 'warning',
        path: ['assignment', 'salt'],
        message: `the rollout ${other} has the same salt, so the same users get both candidates first`,
        hint: `write a different salt, such as ${name}, or leave it out`,
      },
    ];
  },
};
