import { shownPaths } from '../../../domain/log/field-paths.ts';
import type { LintRule } from '../rule.ts';
import { isByChance } from './judged-routes.ts';
import { advicePage } from './advice-page.ts';

/** What is called so is kept from one request to the next. */
const stateful = /session|conversation|dialog|thread|chat/iu;

/** A router that picks each request by chance sends one session to both versions. */
export const statefulSessions: LintRule = {
  name: 'stateful-sessions',
  about: 'plan',
  check({ routing = [], requests, stages, assignment }) {
    const unit = shownPaths(requests.fields.unit);
    if (!stateful.test(unit) || !stages.some(({ weight }) => weight > 0 && weight < 1)) return [];
    return [...routing.entries()]
      .filter(([, route]) => isByChance(route, assignment))
      .map(([index, { target }]) => ({
        severity: 'warning',
        path: ['routing', index, 'target'],
        message: `${target} picks at random for each request, so both versions answer one ${unit} in turn`,
        hint: `choose a target that decides by user, or release blue-green if a session has state: ${advicePage}`,
      }));
  },
};
