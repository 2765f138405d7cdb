import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { invalidInput, messageOf, unusableFile, UserError } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import type { MirrorSettings } from '../../domain/remote/mirror.ts';
import { readTextFile } from '../../files/read-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { readRegistry } from '../../registry/store/registry-store.ts';
import { type MlflowServer, nameOf } from '../../remote/mlflow/mlflow-server.ts';
import {
  deleteAlias,
  registeredModel,
  setAlias,
  setModelTag,
  setVersionTag,
} from '../../remote/mlflow/registered-model.ts';
import type { Mirrored } from '../../report/commands/mirror-text.ts';
import { type LoadedPlan, loadPlan } from '../rollout/load-plan.ts';
import { workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';
import { aliasesTag, type AliasState, mirroredState, putBefore } from './mirrored-state.ts';

export interface MirrorOptions {
  /** Also aliases that somebody else moved. */
  readonly force?: boolean;
}

/**
 * Brings a plan's mirror to what the registry says. Writing it again changes nothing.
 * @throws UserError (exit 2) where the plan has no mirror, (exit 3) where somebody moved an alias by hand, (exit 5) where the server cannot be
 *   asked or lacks a version
 */
export async function mirror(world: World, file: string, options: MirrorOptions): Promise<Mirrored> {
  const loaded = await loadPlan(world, file);
  const settings = loaded.plan.mirror;
  if (settings === undefined) {
    throw invalidInput(`${file} has no mirror`, {
      hint: 'Write mirror: { mlflow: { url: https://mlflow.example.com, aliases: { stable: champion } } }.',
    });
  }
  return await mirrorLoaded(world, loaded, settings, options);
}

async function mirrorLoaded(
  world: World,
  loaded: LoadedPlan,
  settings: MirrorSettings,
  options: MirrorOptions,
): Promise<Mirrored> {
  const { registry } = await readRegistry(loaded.registryFolder, loaded.plan.model);
  try {
    const mirrored = await bring(world, settings, registry, options);
    await remember(world, loaded, { revision: registry.revision });
    return mirrored;
  } catch (error) {
    await remember(world, loaded, { revision: registry.revision, failure: messageOf(error) });
    throw error;
  }
}

/**
 * The same where the mirror does not have what the registry says now, as far as is known here. It changes no result: a failure is a note, and the next
 * change, the next tick of a watch or `canary mirror` does it.
 */
export async function mirrorChange(world: World, file: string): Promise<void> {
  try {
    const loaded = await loadPlan(world, file);
    const settings = loaded.plan.mirror;
    if (settings === undefined || (await isMirrored(world, loaded))) return;
    await mirrorLoaded(world, loaded, settings, {});
  } catch (error) {
    world.note(
      `MLflow does not show the change: ${messageOf(error)}. What was decided stands; canary mirror ${file} writes it again`,
    );
  }
}

async function isMirrored(world: World, loaded: LoadedPlan): Promise<boolean> {
  const { registry } = await readRegistry(loaded.registryFolder, loaded.plan.model);
  const last = await lastMirror(world, loaded);
  return last?.revision === registry.revision && last.failure === undefined;
}

async function bring(
  world: World,
  { mlflow }: MirrorSettings,
  registry: ModelRegistry,
  { force = false }: MirrorOptions,
): Promise<Mirrored> {
  const server: MlflowServer = {
    access: world.permissions,
    url: mlflow.url,
    token: mlflow.token,
    signal: world.signal,
  };
  const model = await registeredModel(server, mlflow.model);
  const { aliases, tags, missing } = mirroredState(registry, mlflow, model);
  const moved = aliases.find(({ byHand }) => byHand);
  if (moved !== undefined && !force) throw movedByHand(server, moved);
  if (missing.length > 0) {
    throw unusableFile(`${nameOf(server)} has no version of ${mlflow.model} that is ${missing.join(' or ')}`, {
      hint: `Set the tag canary.version on that version in MLflow, such as ${missing[0]}.`,
    });
  }
  for (const { number, tag } of tags) await setVersionTag(server, model.name, number, tag);
  const changes = aliases.filter(({ now, wanted }) => now !== wanted);
  const put = putBefore(model.tags[aliasesTag]);
  const tell = async (numbersOf: (alias: AliasState) => readonly (string | undefined)[]) => {
    const own = Object.fromEntries(aliases.map((state) => [state.alias, [...new Set(numbersOf(state))].filter(isSet)]));
    const text = JSON.stringify({ ...put, ...own });
    if (text !== model.tags[aliasesTag]) await setModelTag(server, model.name, aliasesTag, text);
  };
  // Whoever is ended between the two finds its own alias in either place.
  if (changes.length > 0) await tell(({ now, wanted }) => [now, wanted]);
  for (const { alias, wanted } of changes) {
    if (wanted === undefined) await deleteAlias(server, model.name, alias);
    else await setAlias(server, model.name, alias, wanted);
  }
  if (changes.length > 0 || model.tags[aliasesTag] === undefined) await tell(({ wanted }) => [wanted]);
  return { server: new URL(mlflow.url).host, model: model.name, aliases, tags: tags.length };
}

function isSet(number: string | undefined): number is string {
  return number !== undefined;
}

function movedByHand(server: MlflowServer, { alias, now, wanted }: AliasState): Error {
  const right = wanted === undefined ? 'and it should not be set' : `and it should be at version ${wanted}`;
  return new UserError(
    ExitCode.hold,
    `somebody moved the alias ${alias} of ${nameOf(server)} to version ${now}, ${right}`,
    {
      hint: 'If the registry is right, run canary mirror PLAN --force; otherwise move the alias back.',
    },
  );
}

/** What the last try to mirror came to, for `canary status`. */
export interface LastMirror {
  readonly revision: number;
  readonly failure?: string;
}

function placeOf(world: World, { folder, plan }: Pick<LoadedPlan, 'folder' | 'plan'>): string {
  return join(workFolder(world, folder), plan.name, 'mirror.json');
}

async function remember(world: World, loaded: LoadedPlan, last: LastMirror): Promise<void> {
  const path = placeOf(world, loaded);
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, `${JSON.stringify(last)}\n`);
}

/** Whether MLflow has what the registry says, as far as was noted where canary ran; undefined where nothing was. */
export async function lastMirror(
  world: World,
  loaded: Pick<LoadedPlan, 'folder' | 'plan'>,
): Promise<LastMirror | undefined> {
  try {
    const { revision, failure }: Partial<LastMirror> = JSON.parse(await readTextFile(placeOf(world, loaded)));
    return typeof revision === 'number' ? { revision, ...(typeof failure === 'string' ? { failure } : {}) } : undefined;
  } catch {
    return undefined;
  }
}
