import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { weightText } from '../../assignment/steps.ts';
import { messageOf, systemErrorCode } from '../../domain/errors.ts';
import type { Route } from '../../domain/exposure/routing.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { inexpressible, routeText } from '../../routing/render-route.ts';
import type { RouteFacts } from '../../routing/route-target.ts';
import { othersWithTraffic, routeFacts } from './route-facts.ts';

/**
 * Writes the files of a plan's routes for the registry's traffic, each whole or not at all. Every text is made before the first is
 * written, so that a weight that one cannot express leaves all as they are.
 * @returns why that failed; undefined when all are written
 */
export async function writeRoutes(
  folder: string,
  { routing = [], ...plan }: RolloutPlan,
  registry: ModelRegistry,
): Promise<string | undefined> {
  const facts = routeFacts(plan, registry);
  const others = othersWithTraffic(facts, registry);
  if (routing.length > 0 && others.length > 0)
    return `routing has two versions, and ${others.join(', ')} has traffic too`;
  const unfit = routing.flatMap((route) => unfitWeight(route, facts));
  if (unfit[0] !== undefined) return unfit[0];
  const texts = routing.map((route) => ({ file: route.file, text: routeText(facts, route) }));
  for (const { file, text } of texts) {
    const failure = file === undefined ? undefined : await writeRoute(resolve(folder, file), text);
    if (failure !== undefined) return `${file} cannot be written: ${failure}`;
  }
  return undefined;
}

function unfitWeight(route: Route, { assignment, weight }: RouteFacts): string[] {
  if (inexpressible(route, assignment, weight) === undefined) return [];
  return [`${route.target} cannot express the candidate's ${weightText(weight)}`];
}

async function writeRoute(path: string, text: string): Promise<string | undefined> {
  try {
    const existing = await stat(path).catch((error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (existing !== undefined && !existing.isFile()) return 'it is not a regular file';
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, text);
    return undefined;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return messageOf(error);
  }
}
