import type { Assignment } from '../../../domain/exposure/assignment.ts';
import type { Route } from '../../../domain/exposure/routing.ts';
import { routeTargets } from '../../../routing/route-targets.ts';
import type { LintRule } from '../rule.ts';

/** Enough requests of one user that chance has given them the candidate almost surely. */
const requestsOfOne = 50;

/** Whether a route picks each request anew instead of by its user. */
export function isByChance({ target }: Route, { scheme }: Assignment): boolean {
  return routeTargets[target].exposes === 'random' && (target !== 'envoy' || scheme !== 'envoy');
}

/** A router that picks each request by chance shows one user both versions; the users whom the stage would expose are then nobody. */
export const judgedRoutes: LintRule = {
  name: 'judged-routes',
  about: 'plan',
  check({ routing = [], judge, stages, assignment }) {
    const first = stages.find(({ weight }) => weight > 0 && weight < 1);
    if (judge === 'all' || first === undefined) return [];
    const met = Math.round((1 - (1 - first.weight) ** requestsOfOne) * 100);
    return [...routing.entries()]
      .filter(([, route]) => isByChance(route, assignment))
      .map(([index, { target }]) => ({
        severity: 'warning',
        path: ['routing', index, 'target'],
        message: `${target} picks at random for each request: at stage ${first.name} a user with ${requestsOfOne} requests meets the candidate with probability ${met}%, so its users are not the ones judged`,
        hint: 'write judge: all, or choose a target that decides by user',
      }));
  },
};
