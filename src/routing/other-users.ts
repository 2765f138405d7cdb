import { headerSteps } from '../assignment/schemes/envoy.ts';
import { schemes } from '../assignment/schemes.ts';
import type { Assignment } from '../domain/exposure/assignment.ts';
import type { RoutingTarget } from '../domain/exposure/routing.ts';
import { routeTargets } from './route-targets.ts';

/**
 * That a target decides by another hash than the plan's assignment, and what to write instead; undefined where both take the same users, or
 * the target takes nobody by a hash.
 */
export function otherUsers(
  target: RoutingTarget,
  assignment: Assignment,
): { readonly message: string; readonly hint: string } | undefined {
  const own = routeTargets[target].schemes;
  if (own === undefined || own.includes(assignment.scheme)) return undefined;
  return {
    message: `${target} would expose other users than those judged by ${assignment.scheme}`,
    hint: target === 'flagd' ? (sameInFlagd(assignment) ?? otherScheme(own[0])) : otherScheme(own[0]),
  };
}

/**
 * flagd hashes canary's own text as canary does where its definition says that text. The definition does not say which generation of flagd
 * reads it, and the older and the newest hash otherwise, so that the plan has to name the one that decides.
 */
function sameInFlagd({ scheme, salt }: Assignment): string | undefined {
  if (scheme !== 'murmur3' && scheme !== 'envoy') return undefined;
  const written = JSON.stringify(`${salt}:`);
  return `write assignment: { scheme: flagd, salt: ${written}, total: ${headerSteps} }, which takes the same users`;
}

function otherScheme(scheme: Assignment['scheme']): string {
  const missing = schemes[scheme].missing({}).map((key) => `, ${key}: …`);
  return `write assignment: { scheme: ${scheme}${missing.join('')} }`;
}
