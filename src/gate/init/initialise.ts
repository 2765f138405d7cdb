import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { invalidInput, messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { serializeRegistry } from '../../registry/file/serialize-registry.ts';
import { starterIntents, starterLog, starterPlan, starterRegistry } from './starter.ts';
import { liveStarterLog, liveStarterPlan } from './starter-live.ts';
import type { World } from '../world.ts';

const model = 'intent-classifier';
const baseline = '1.0.0';
const candidate = '1.1.0';

/**
 * Writes a starter into a folder: plan, request log and registry.
 * @param options `live`: one that rests on what a gateway served, instead of a replay.
 * @returns the files, relative to where the user is, the plan first.
 * @throws UserError when a file is there already, before anything is written.
 */
export async function initialise(
  world: World,
  folder: string,
  { live = false }: { readonly live?: boolean } = {},
): Promise<readonly string[]> {
  const target = resolve(world.cwd, folder);
  const files: readonly (readonly [string, string])[] = [
    ['rollout.yaml', (live ? liveStarterPlan : starterPlan)(model, candidate)],
    live ? ['gateway.csv', liveStarterLog(baseline, candidate)] : ['requests.jsonl', starterLog(baseline, candidate)],
    [`registry/${model}.json`, serializeRegistry(starterRegistry(model, baseline, candidate, starterIntents))],
    ['.gitignore', '.canary/\n'],
  ];
  const taken = files.map(([name]) => join(target, name)).filter((path) => existsSync(path));
  if (taken.length > 0) {
    throw invalidInput(
      `${taken.map((path) => relative(world.cwd, path)).join(', ')} ${taken.length === 1 ? 'is' : 'are'} there already; nothing was written`,
      {
        hint: 'Name another folder: canary init my-rollout',
      },
    );
  }
  for (const [name, text] of files) await writeNew(join(target, name), text);
  return files.map(([name]) => relative(world.cwd, join(target, name)));
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // `wx`: a file that appeared in between is not overwritten either.
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const reason = systemErrorCode(error) === 'EEXIST' ? 'it is there already' : messageOf(error);
    throw unusableFile(`${path} cannot be written: ${reason}`, { cause: error });
  }
}
