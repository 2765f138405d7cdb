import type { LintRule } from '../rule.ts';
import { advicePage } from './advice-page.ts';

const hourMs = 3_600_000;

/** Stages that are all over within an hour of the first show little more than a switch does. */
export const hurriedStages: LintRule = {
  name: 'hurried-stages',
  about: 'plan',
  check({ stages }) {
    const first = stages.findIndex(({ weight }) => weight > 0 && weight < 1);
    const later = first === -1 ? [] : stages.slice(first + 1);
    if (later.length === 0 || later.some(({ bakeMs }) => bakeMs === undefined)) return [];
    const least = later.reduce((sum, { bakeMs = 0, minDurationMs = 0 }) => sum + Math.max(bakeMs, minDurationMs), 0);
    if (least > hourMs || later.some(({ newRequests }) => newRequests !== undefined)) return [];
    return [
      {
        severity: 'warning',
        path: ['stages', stages.length - 1],
        message: `all users may have the candidate ${Math.round(least / 60_000)} min after the first ones`,
        hint: `write longer bakes, or call it blue-green and write only the stages shadow and full: ${advicePage}`,
      },
    ];
  },
};
