import { countOf } from '../../../domain/format-number.ts';
import type { LintRule } from '../rule.ts';
import { advicePage } from './advice-page.ts';

/** With fewer, a stage of a few percent is a handful of people, and says nothing of the others. */
const fewest = 200;

/** A percentage of hardly anybody. */
export const fewUsers: LintRule = {
  name: 'few-users',
  about: 'facts',
  check({ stages, requests: { sample } }, _registry, { log }) {
    const index = stages.findIndex(({ weight }) => weight > 0 && weight < 1);
    // Of a sample of users, as many as the log has likely.
    const users = Math.round((log?.units ?? Infinity) / (sample?.units ?? 1));
    if (index === -1 || users >= fewest) return [];
    return [
      {
        severity: 'warning',
        path: ['stages', index, 'weight'],
        message: `the log has ${countOf(users, 'user')}, and a percentage of so few is hardly anybody`,
        hint: `give the candidate to users by name, behind a flag, or write only the stages shadow and full: ${advicePage}`,
      },
    ];
  },
};
