import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { invalidInput, messageOf, unusableFile } from '../../domain/errors.ts';
import { readTextFileSync } from '../../files/read-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { serializeRegistry } from '../../registry/file/serialize-registry.ts';
import { starterIntents, starterLog, starterPlan, starterRegistry } from './starter.ts';
import { liveStarterLog, liveStarterPlan } from './starter-live.ts';
import type { World } from '../world.ts';

const planFile = 'rollout.yaml';
const model = 'intent-classifier';
const baseline = '1.0.0';
const candidate = '1.1.0';

/**
 * Writes a starter into a folder: plan, request log and registry. What a call that was interrupted left is completed.
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
    [planFile, (live ? liveStarterPlan : starterPlan)(model, candidate)],
    live ? ['gateway.csv', liveStarterLog(baseline, candidate)] : ['requests.jsonl', starterLog(baseline, candidate)],
    [`registry/${model}.json`, serializeRegistry(starterRegistry(model, baseline, candidate, starterIntents))],
    ['.gitignore', '.canary/\n'],
  ];
  const there = files
    .map(([name, text]) => ({ path: join(target, name), text }))
    .filter(({ path }) => existsSync(path));
  // The plan is written last: without it, files that hold exactly this are those of a call that was interrupted.
  const isUnfinished = !existsSync(join(target, planFile)) && there.every(({ path, text }) => holds(path, text));
  const taken = isUnfinished ? [] : there.map(({ path }) => path);
  if (taken.length > 0) {
    throw invalidInput(
      `${taken.map((path) => relative(world.cwd, path)).join(', ')} already ${taken.length === 1 ? 'exists' : 'exist'}; nothing was written`,
      {
        hint: 'Name another folder: canary init my-rollout',
      },
    );
  }
  for (const [name, text] of files.toReversed()) {
    const path = join(target, name);
    if (!existsSync(path)) await writeNew(path, text);
  }
  return files.map(([name]) => relative(world.cwd, join(target, name)));
}

async function writeNew(path: string, text: string): Promise<void> {
  const refuseTaken = (): void => {
    if (existsSync(path)) throw new Error('it already exists');
  };
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, text, refuseTaken);
  } catch (error) {
    throw unusableFile(`${path} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

function holds(path: string, text: string): boolean {
  try {
    return readTextFileSync(path) === text;
  } catch {
    // A folder of that name, or a file that cannot be read, is not what a call left.
    return false;
  }
}
