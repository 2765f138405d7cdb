import { holdsNumbers } from '../../domain/told-number.ts';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { unusableFile } from '../../domain/errors.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { checkoutOf } from '../../files/checkout.ts';
import { resolveRequestFiles } from '../../requests/files/request-files.ts';
import { workFolder } from './work-folder.ts';
import type { World } from '../world.ts';

/** Which files a plan may have read. */
export interface Reach {
  /** Whether a file, every link followed, is the checkout's own; what git keeps beside the work tree is not. */
  holds(path: string): boolean;
  /** @throws UserError (exit 5) where nothing may be run and a file lies outside: whoever wrote the plan may not know the machine. */
  require(path: string, key: string): void;
}

/** The reach of a plan: the git work tree around it, or its own folder where there is none. */
export function reachOf({ permissions }: Pick<World, 'permissions'>, folder: string): Reach {
  // Looked for when it is asked for: where programs may be run, nothing is refused.
  let found: string | undefined;
  const root = (): string => (found ??= realpathSync(checkoutOf(folder) ?? folder));
  const holds = (path: string): boolean => {
    const [first = '', ...rest] = relative(root(), realPathOf(path)).split(sep);
    return first !== '..' && !isAbsolute(first) && ![first, ...rest].includes('.git');
  };
  return {
    holds,
    require: (path, key) => {
      if (permissions.run || holds(path)) return;
      throw unusableFile(`${key}: ${path} lies outside the checkout ${root()}, and --no-run reads nothing outside`, {
        hint: 'Bring the file into the checkout, or leave --no-run out where the plan is trusted.',
      });
    },
  };
}

/** Where a path leads; of one that is not there, where its folder does. */
function realPathOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return path === dirname(path) ? path : join(realPathOf(dirname(path)), relative(dirname(path), path));
}

/** Looks at every log that a plan names before one is opened. @throws UserError (exit 5) as `Reach.require` does */
export async function requireReach(
  world: World,
  { folder, plan }: { readonly folder: string; readonly plan: RolloutPlan },
): Promise<void> {
  if (world.permissions.run) return;
  const work = workFolder(world, folder);
  if (world.work === undefined && checkoutOf(folder) === undefined && existsSync(work)) {
    throw unusableFile(
      `It is not known who wrote ${work}, since ${folder} is not in a git work tree, and --no-run trusts nothing unknown`,
      {
        hint: 'Remove it, or evaluate in the git checkout, where canary sees what a change has added.',
      },
    );
  }
  const reach = reachOf(world, folder);
  const { requests, stages, golden } = plan;
  for (const [name, further] of Object.entries(plan.sources ?? {}))
    for (const source of further.source) reach.require(resolve(folder, source), `sources.${name}.source`);
  const sources = [requests.source, ...stages.map(({ requests: own }) => own?.source ?? [])].flat();
  if (holdsNumbers(requests.format)) {
    for (const source of sources) reach.require(resolve(folder, source), 'requests.source');
    return;
  }
  const files = await resolveRequestFiles(folder, sources);
  const examples = await resolveRequestFiles(folder, golden?.source ?? [], 'golden');
  for (const { absolutePath } of [...files, ...examples]) reach.require(absolutePath, 'requests.source');
}
