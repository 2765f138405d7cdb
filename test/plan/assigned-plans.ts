import { routingTargets } from '../../src/domain/exposure/routing.ts';
import { exampleRoutes, routeItem } from '../routing/example-routes.ts';
import { shortPlan } from './plan-text.ts';

/** Between them these have a place for whatever a scheme takes. */
export const assigned = [
  'scheme: flagd, flag: f',
  'scheme: flagd, flag: f, salt: s, total: 997, encoding: utf8',
  'scheme: growthbook, flag: f, salt: s, rule: rollout, hashVersion: 2',
  'scheme: unleash, flag: f, rule: rollout',
  'scheme: haproxy, seed: 3',
  'scheme: md5',
].map((assignment) => `${shortPlan}assignment: { ${assignment} }\n`);

/** A definition of the flag `f`. */
export const definition = JSON.stringify({
  flags: {
    f: {
      targeting: {
        fractional: [
          ['candidate', 5],
          ['baseline', 95],
        ],
      },
    },
  },
});

/** Between them these have a place for every name of a route. */
export const routed = routingTargets.map((target) => {
  const { assignment } = exampleRoutes[target];
  return `${shortPlan}routing: [${routeItem(target)}]\n${assignment === undefined ? '' : `assignment: ${assignment}\n`}`;
});
