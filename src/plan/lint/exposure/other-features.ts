import type { LintRule } from '../rule.ts';
import { advicePage } from './advice-page.ts';

/** Features that are made by other code differ for all users at once, and a replay of everything shows it before anybody is exposed. */
export const otherFeatures: LintRule = {
  name: 'other-features',
  about: 'facts',
  check({ stages: [first] }, _registry, { otherPreprocessing }) {
    if (otherPreprocessing !== true || first === undefined || first.weight === 0) return [];
    return [
      {
        severity: 'warning',
        path: ['stages', 0],
        message: 'the candidate makes its features with a different preprocess.mjs than the baseline',
        hint: `begin with a shadow stage, { name: shadow, weight: 0 }: ${advicePage}`,
      },
    ];
  },
};
