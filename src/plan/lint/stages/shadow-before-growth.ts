import type { LintRule } from '../rule.ts';

const largestGrowth = 1.5;

/** A much larger model may be slower or hungrier than any test machine shows; a shadow stage meets that without a user. */
export const shadowBeforeGrowth: LintRule = {
  name: 'shadow-before-growth',
  about: 'facts',
  check({ stages }, _registry, { artifactBytes: { baseline, candidate } }) {
    if (baseline === undefined || candidate === undefined || baseline === 0) return [];
    if (candidate <= baseline * largestGrowth || stages[0]?.weight === 0) return [];
    const times = Number((candidate / baseline).toPrecision(2));
    return [
      {
        severity: 'warning',
        path: ['stages', 0],
        message: `the candidate's artifact is ${times} times the size of the baseline's, and users get it without a shadow stage`,
        hint: 'begin with { name: shadow, weight: 0 }',
      },
    ];
  },
};
