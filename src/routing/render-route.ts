import { stringify } from 'yaml';
import { stepsOf } from '../assignment/schemes.ts';
import { nearestWeights, type NearestWeights, weightText, wholeSteps } from '../assignment/steps.ts';
import type { Assignment } from '../domain/exposure/assignment.ts';
import type { Route } from '../domain/exposure/routing.ts';
import { routeTargets } from './route-targets.ts';
import type { RenderedRoute, RouteFacts, Shares } from './route-target.ts';

/** Into how many steps a route divides weights; undefined where it takes any. */
export function routeSteps({ target, total }: Route, assignment: Assignment): number | undefined {
  const { total: own, schemes } = routeTargets[target];
  return total ?? own ?? (schemes?.includes(assignment.scheme) === true ? stepsOf(assignment) : undefined);
}

/** The weights beside one that a route cannot express; undefined where it can. */
export function inexpressible(route: Route, assignment: Assignment, weight: number): NearestWeights | undefined {
  const steps = routeSteps(route, assignment);
  return steps === undefined ? undefined : nearestWeights(weight, steps);
}

/** What a route is told, as a document or as text. @throws RangeError for a weight that it cannot express */
export function renderRoute(facts: RouteFacts, route: Route): RenderedRoute {
  return routeTargets[route.target].render(facts, route, sharesOf(facts, route));
}

/** How a route divides its total. @throws RangeError for a weight that it cannot express */
export function sharesOf(facts: RouteFacts, route: Route): Shares {
  const total = routeSteps(route, facts.assignment) ?? 1;
  const whole = wholeSteps(facts.weight, total);
  if (whole === undefined && routeSteps(route, facts.assignment) !== undefined)
    throw new RangeError(`${route.target} has no weight ${facts.weight}`);
  const candidate = whole ?? facts.weight;
  return { candidate, baseline: total - candidate, total };
}

/** The text of a route's file: the same bytes for the same rollout and weight. */
export function routeText(facts: RouteFacts, route: Route): string {
  const rendered = renderRoute(facts, route);
  const comment = commentOf(facts, route);
  if ('text' in rendered) return `${route.target === 'nginx-njs' ? '//' : '#'} ${comment}\n${rendered.text}`;
  if (routeTargets[route.target].text === 'json') return `${JSON.stringify(rendered.document, undefined, 2)}\n`;
  return `# ${comment}\n${stringify(rendered.document, { lineWidth: 0 })}`;
}

/** Where the file comes from. A file that follows the stages and not the weight does not change with it. */
function commentOf({ plan, versions, weight, revision }: RouteFacts, { target }: Route): string {
  const from = `Written by canary for ${oneLine(plan)}`;
  if (target === 'argo-rollouts' || target === 'flagger') return `${from}; do not edit by hand.`;
  const when = revision === undefined ? '' : `, revision ${revision} of the registry`;
  return `${from}${when}: ${oneLine(versions.candidate)} has ${weightText(weight)}; do not edit by hand.`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]+/gu, ' ');
}
