import { schemes } from '../../src/assignment/schemes.ts';
import type { Assignment, SchemeName, WrittenAssignment } from '../../src/domain/exposure/assignment.ts';
import { type RoutingTarget, routingTargets } from '../../src/domain/exposure/routing.ts';
import { renderRoute } from '../../src/routing/render-route.ts';
import { routeTargets } from '../../src/routing/route-targets.ts';

/** The key of a flag of which only the salt is known. */
export const model = 'model-x';
/** The values of a flag's two variants. */
export const versions = { candidate: 'new', baseline: 'old' };

/** What a plan means by what it writes. */
export function assignmentOf(scheme: SchemeName, written: WrittenAssignment): Assignment {
  return { scheme, ...schemes[scheme].complete(written, 'plan') };
}

/** What the flag is called in its system: of Optimizely, whose rules have ids only, the same for all. */
export function flagKey({ scheme, flag }: Assignment): string {
  return scheme === 'optimizely' ? model : (flag ?? model);
}

/** The flag as `canary export` writes it, and around it what its system's SDKs want beside that. @param weight on the scheme's grid. @returns JSON */
export function exportedFlag(assignment: Assignment, weight: number): string {
  const target = targetOf(assignment.scheme);
  const facts = { plan: 'plan', model, versions, assignment, stages: [], weight };
  const rendered = renderRoute(facts, { target, names: {}, baseline: {}, candidate: {} });
  if ('text' in rendered) throw new Error(`${target} has no document`);
  const { document } = rendered;
  if (target === 'launchdarkly') return JSON.stringify(versioned(document));
  return JSON.stringify(target === 'optimizely' ? datafile(document, assignment.salt) : document);
}

function targetOf(scheme: SchemeName): RoutingTarget {
  const target = routingTargets.find((each) => routeTargets[each].schemes?.includes(scheme) === true);
  if (target === undefined) throw new Error(`no target exports ${scheme}`);
  return target;
}

/** SDKs of LaunchDarkly count the versions of a flag, which its service adds. */
function versioned(document: { flags?: Readonly<Record<string, object>> }): object {
  const flags = Object.entries(document.flags ?? {}).map(([key, flag]) => [key, { version: 1, ...flag }]);
  return { flags: Object.fromEntries(flags) };
}

/** A rule is a part of Optimizely's datafile, which names it in a flag. */
function datafile({ experiments = [] }: { experiments?: readonly object[] }, id: string): object {
  const empty = ['rollouts', 'typedAudiences', 'audiences', 'groups', 'attributes', 'events', 'variables'];
  const featureFlags = [{ id: 'f', key: model, rolloutId: '', experimentIds: [id], variables: [] }];
  return {
    version: '4',
    projectId: 'p',
    accountId: 'a',
    revision: '1',
    anonymizeIP: true,
    ...Object.fromEntries(empty.map((key) => [key, []])),
    featureFlags,
    experiments: experiments.map((experiment) => ({ layerId: 'l', ...experiment })),
  };
}
