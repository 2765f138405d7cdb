import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import { artifactSha256 } from '../../models/artifact.ts';
import { type MlflowServer, nameOf } from '../../remote/mlflow/mlflow-server.ts';
import { modelFile, modelFiles, type RunFacts, runFacts } from '../../remote/mlflow/model-files.ts';
import {
  type MlflowVersion,
  type RegisteredModel,
  registeredModel,
  versionTag,
} from '../../remote/mlflow/registered-model.ts';
import type { AddedVersion } from '../../report/commands/registry-text.ts';
import type { World } from '../world.ts';
import { addToRegistry, type AddOptions, requireModelName } from './add-version.ts';

/** Which version of which registered model, and what canary has to know of it beside. */
export interface ImportOptions extends Pick<
  AddOptions,
  'signature' | 'runtime' | 'endpoint' | 'command' | 'compat' | 'description' | 'dryRun'
> {
  readonly url: string;
  /** Name of the registered model; that of the registry where absent. */
  readonly registeredModel?: string;
  /** MLflow's number; the newest where neither it nor an alias is given. */
  readonly modelVersion?: string;
  readonly alias?: string;
  /** Name of the variable with the bearer token. */
  readonly tokenEnv?: string;
}

const fetchPrefix = '.fetched-';

/**
 * Adds a version of an MLflow registered model to a registry: its files, hashed, with the metrics, the commit and the data hash that its run
 * recorded. A version that is served elsewhere, or whose outcomes a log has, brings no files.
 * @throws UserError (exit 2 or 5), and then nothing was added.
 */
export async function importFromMlflow(
  world: World,
  folder: string,
  model: string,
  options: ImportOptions,
): Promise<AddedVersion> {
  requireModelName(model);
  const server = serverOf(world, options);
  const registered = await registeredModel(server, options.registeredModel ?? model);
  const chosen = versionOf(server, registered, options);
  if (!chosen.isTagged) {
    world.note(
      `Version ${chosen.number} of ${registered.name} has no tag ${versionTag}, so it is ${chosen.version} here. Set the tag to choose its number.`,
    );
  }
  const facts: RunFacts = chosen.runId === undefined ? { tags: {}, metrics: {} } : await runFacts(server, chosen.runId);
  const added = addOptionsOf(facts, chosen, options);
  if (bringsNoFiles(options)) return await addToRegistry(world, folder, model, chosen.version, added);
  const place = join(resolve(world.cwd, folder), 'models', model, chosen.version);
  const isNew = await fetchInto(server, registered.name, chosen.number, place);
  try {
    return await addToRegistry(world, folder, model, chosen.version, { ...added, artifact: place });
  } catch (error) {
    if (isNew) await rm(place, { recursive: true, force: true });
    throw error;
  } finally {
    if (isNew && options.dryRun === true) await rm(place, { recursive: true, force: true });
  }
}

function serverOf(world: World, { url, tokenEnv }: ImportOptions): MlflowServer {
  if (!URL.canParse(url) || !/^https?:$/u.test(new URL(url).protocol)) {
    throw invalidInput(`--url ${url} is not an address`, { hint: 'Write --url https://mlflow.example.com' });
  }
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') {
    throw invalidInput('--url holds a name or password, which others would see', {
      hint: 'Write --token-env MLFLOW_TRACKING_TOKEN and set the variable where canary runs.',
    });
  }
  const token = tokenEnv === undefined ? undefined : { env: tokenEnv };
  return { access: world.permissions, url: url.replace(/\/+$/u, ''), token, signal: world.signal };
}

function versionOf(
  server: MlflowServer,
  { name, aliases, versions }: RegisteredModel,
  { modelVersion, alias }: ImportOptions,
): MlflowVersion {
  if (modelVersion !== undefined && alias !== undefined) {
    throw invalidInput('--model-version and --alias name two versions', { hint: 'Leave one of them out.' });
  }
  const newest = versions.toSorted((one, other) => Number(one.number) - Number(other.number)).at(-1)?.number;
  const number = alias === undefined ? (modelVersion ?? newest) : aliases[alias];
  const found = versions.find((version) => version.number === number);
  if (found !== undefined) return found;
  const wanted = alias === undefined ? `version ${modelVersion ?? ''}`.trim() : `alias ${alias}`;
  const known = alias === undefined ? versions.map((version) => version.number) : Object.keys(aliases);
  throw unusableFile(`${name} on ${nameOf(server)} has no ${wanted}`, {
    hint: known.length === 0 ? 'It has none.' : `It has ${known.slice(0, 20).join(', ')}.`,
  });
}

function addOptionsOf({ tags, metrics }: RunFacts, version: MlflowVersion, options: ImportOptions): AddOptions {
  const { signature, runtime, endpoint, command, compat, dryRun } = options;
  const description = options.description ?? version.description;
  const data = hashIn(tags['canary.data_hash'] ?? tags['data_hash'], 'sha256');
  const code = hashIn(tags['canary.code_hash'] ?? tags['mlflow.source.git.commit'], 'git');
  return {
    signature,
    bump: 'auto',
    ...(runtime === undefined ? {} : { runtime }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(command === undefined ? {} : { command }),
    ...(compat === undefined ? {} : { compat }),
    ...(dryRun === undefined ? {} : { dryRun }),
    ...(description === undefined ? {} : { description }),
    ...(Object.keys(metrics).length === 0 ? {} : { metrics: JSON.stringify(metrics) }),
    ...(data === undefined ? {} : { data }),
    ...(code === undefined ? {} : { code }),
  };
}

/** A hash as the registry writes it; a tag that is none is left out. */
function hashIn(tag: string | undefined, kind: string): string | undefined {
  if (tag === undefined) return undefined;
  if (/^[a-z][a-z0-9]*:[\w+/=.-]+$/u.test(tag)) return tag;
  return /^[0-9a-f]{7,128}$/iu.test(tag) ? `${kind}:${tag}` : undefined;
}

function bringsNoFiles({ runtime, endpoint, command }: ImportOptions): boolean {
  return runtime === 'recorded' || endpoint !== undefined || command !== undefined;
}

/**
 * Fetches a version's files, whole or not at all.
 * @returns whether they were not there before
 */
async function fetchInto(server: MlflowServer, name: string, number: string, place: string): Promise<boolean> {
  const files = await modelFiles(server, name, number);
  await mkdir(dirname(place), { recursive: true });
  await sweepAbandoned(dirname(place), fetchPrefix);
  const fetched = join(dirname(place), ownedName(fetchPrefix));
  try {
    for (const file of files) {
      const path = join(fetched, ...file.path.split('/'));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await modelFile(server, file), { flag: 'wx' });
    }
    if (!existsSync(place)) {
      await rename(fetched, place);
      return true;
    }
    if ((await artifactSha256(place)) === (await artifactSha256(fetched))) return false;
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
  throw unusableFile(`${place} already exists, with other files than those of version ${number} of ${name}`, {
    hint: 'Move it away, or change canary.version of the version in MLflow.',
  });
}
