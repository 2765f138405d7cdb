import type { LintRule } from './rule.ts';

const longestDays = 90;
const dayMs = 24 * 60 * 60 * 1000;

/** A way back that nobody has gone for a while may have closed. A rehearsal counts that the plan or the registry knows. */
export const rehearsedRollback: LintRule = {
  name: 'rehearsed-rollback',
  about: 'now',
  check({ name, rollback }, registry, now) {
    // That there are no instructions at all is a finding of its own.
    if (rollback === undefined) return [];
    const recorded = registry.history.findLast(
      (entry) => entry.action === 'rehearse' && entry.outcome === 'succeeded' && entry.rollout === name,
    );
    const dates = [rollback.rehearsed, recorded?.at.slice(0, 10)].filter((date) => date !== undefined);
    const last = dates.toSorted().at(-1);
    if (last !== undefined && Date.parse(now.slice(0, 10)) - Date.parse(last) <= longestDays * dayMs) return [];
    return [
      {
        severity: 'warning',
        path: last === undefined || rollback.rehearsed === undefined ? ['rollback'] : ['rollback', 'rehearsed'],
        message: last === undefined ? 'the rollback was never rehearsed' : `the rollback was last rehearsed on ${last}`,
        hint: 'run canary rollback PLAN --rehearse, which records the date in the registry',
      },
    ];
  },
};
