import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { compareBuild } from 'semver';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import type { ModelRegistry, OutputSignature } from '../../domain/registry.ts';
import { listModels, readRegistry, registryPath } from '../../registry/store/registry-store.ts';
import { addToRegistry } from '../registry/add-version.ts';
import { shownPath, type World } from '../world.ts';
import type { NamedVersions } from './named-versions.ts';

/** The registry that the user named. @throws UserError where it has no such model, or several and none was named */
export async function modelOf(registryFolder: string, wanted: string | undefined): Promise<ModelRegistry> {
  const models = await listModels(registryFolder);
  const model = wanted ?? (models.length === 1 ? models[0] : undefined);
  if (model === undefined) {
    throw invalidInput(`The registry has ${models.length} models`, {
      hint: `Write --model with one of ${models.join(', ')}.`,
    });
  }
  return (await readRegistry(registryFolder, model)).registry;
}

/** Whether a folder holds the registry of a model, or of any where none is named. */
export async function hasModel(registryFolder: string, model: string | undefined): Promise<boolean> {
  if (!existsSync(registryFolder)) return false;
  const models = await listModels(registryFolder);
  return model === undefined ? models.length > 0 : models.includes(model);
}

/** The highest version that does not serve yet. @throws UserError (exit 5) where there is none */
export function newestOf({ model, aliases, versions }: ModelRegistry): string {
  const stable = aliases['stable'];
  if (stable === undefined) {
    throw unusableFile(`${model} has no stable version that a candidate could replace`, {
      hint: 'Write "aliases": {"stable": VERSION} into the registry file.',
    });
  }
  const newest = Object.keys(versions)
    .filter((version) => version !== stable && versions[version]?.status !== 'rolled_back')
    .toSorted(compareBuild)
    .at(-1);
  if (newest !== undefined && compareBuild(newest, stable) > 0) return newest;
  throw unusableFile(`${model} has no version above the stable ${stable}`, {
    hint: 'canary registry add adds a version.',
  });
}

/** What is told of answers that the log does not hold: a registry's entry says something, and a number asks least of it. */
const noAnswers: OutputSignature = { kind: 'regression' };

/**
 * Makes the registry of a model whose outcomes are in a log.
 * @param output undefined where the log has no answers.
 * @returns the file that was written.
 */
export async function makeRegistry(
  world: World,
  folder: string,
  model: string,
  { baseline, candidate }: NamedVersions,
  output: OutputSignature | undefined,
): Promise<string> {
  const signature = JSON.stringify({ output: output ?? noAnswers });
  const unknown =
    output === undefined
      ? ' The log does not say what it answers: correct the signature before quality is judged.'
      : '';
  for (const named of candidate === undefined ? [baseline] : [baseline, candidate]) {
    const called = named.name === named.version ? '' : ` The log calls it ${named.name}.`;
    await addToRegistry(world, folder, model, named.version, {
      signature,
      runtime: 'recorded',
      bump: 'auto',
      description: `Its outcomes are in the log.${called}${unknown}`,
    });
  }
  return shownPath(world.cwd, registryPath(resolve(world.cwd, folder), model));
}

/** A path of the command line as a plan in a folder names it. */
export function fromFolder(world: World, target: string, place: string): string {
  return relative(target, resolve(world.cwd, place)).split(sep).join('/') || '.';
}
