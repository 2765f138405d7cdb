import { stringify } from 'yaml';
import type { Route } from '../domain/exposure/routing.ts';
import type { Stage } from '../domain/plan.ts';
import { routeText } from './render-route.ts';
import type { RouteFacts } from './route-target.ts';

/**
 * A plan's release in two steps: everything is replayed in the shadow, then all users get the candidate at once. YAML with the `stages` that
 * the plan has then, and by their names the files of its routes for the `switch` and for the way `back`.
 */
export function blueGreenText(facts: RouteFacts, routes: readonly Route[]): string {
  const stages = blueGreenStages(facts.stages);
  const { revision: _now, ...told } = { ...facts, stages };
  const filesAt = (weight: number) =>
    Object.fromEntries(routes.map((route) => [route.file ?? route.target, routeText({ ...told, weight }, route)]));
  const comment =
    `# ${facts.plan.replaceAll(/\s+/gu, ' ')} blue-green, written by canary: put these stages into the plan, evaluate and promote shadow, and\n` +
    '# the last stage switches; canary rollback is the way back.\n';
  const files = routes.length === 0 ? {} : { switch: filesAt(1), back: filesAt(0) };
  return comment + stringify({ stages: stages.map(stageKeys), ...files }, { lineWidth: 0, blockQuote: 'literal' });
}

/** The plan's own shadow stage and its last one, or such as it would have. */
function blueGreenStages(stages: readonly Stage[]): readonly Stage[] {
  const last = stages.at(-1);
  if (last === undefined) return [];
  const shadow = stages.find(({ weight }) => weight === 0) ?? { ...last, name: 'shadow', weight: 0 };
  return [shadow, last];
}

function stageKeys({ name, weight, minRequests, minUnits }: Stage) {
  return { name, weight, minRequests, minUnits };
}
