import { expect, test } from 'vitest';
import { lintPlan } from '../../../src/plan/lint/lint-plan.ts';
import { parsed, shortPlan } from '../plan-text.ts';
import { routeItem } from '../../routing/example-routes.ts';

/** What the rule says of a plan with a stage of 5%. */
function told(routing: string, more = ''): readonly string[] {
  const staged = shortPlan.replace('[{ name: full', '[{ name: first, weight: 5% }, { name: full');
  return lintPlan(parsed(`${staged}routing: [${routing}]\n${more}`))
    .filter(({ rule }) => rule === 'judged-routes')
    .map(({ message }) => message);
}

test('a router that picks requests by chance exposes other users than those of the cohort', () => {
  expect(told(routeItem('istio'), 'judge: canary\n')).toEqual([
    'istio picks at random for each request: at stage first a user with 50 requests meets the candidate with probability 92%, so its users are not the ones judged',
  ]);
});

test('nothing is wrong where everybody is judged, or where the router decides as canary does', () => {
  expect(told(routeItem('istio'), 'judge: all\n')).toEqual([]);
  expect(told(routeItem('nginx'), 'judge: canary\nassignment: { scheme: nginx }\n')).toEqual([]);
  expect(told(routeItem('envoy'), 'judge: canary\nassignment: { scheme: envoy }\n')).toEqual([]);
  expect(told(routeItem('envoy'), 'judge: canary\n')).toHaveLength(1);
});
