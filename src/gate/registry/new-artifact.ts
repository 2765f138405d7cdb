import { readdir, realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import type { World } from '../world.ts';
import { invalidInput } from '../../domain/errors.ts';
import type { HttpEndpoint } from '../../domain/endpoint.ts';
import {
  type Artifact,
  type CommandArtifact,
  type Runtime,
  runtimes,
  runtimeTraits,
  type RuntimeTraits,
} from '../../domain/registry.ts';
import { artifactSha256, resolveArtifact } from '../../models/artifact.ts';
import { writtenJson } from './written-json.ts';

export interface NewArtifactOptions {
  /** The artifact's folder, inside the registry's. */
  readonly artifact?: string;
  readonly runtime?: string;
  /** Of `http`: where the model answers, as JSON or a file of it. */
  readonly endpoint?: string;
  /** Of `command`: the program and its arguments, as a JSON list. */
  readonly command?: string;
}

/** An artifact before the schema has looked at it. */
type NewArtifact = Pick<Artifact, 'runtime' | 'path' | 'sha256'> &
  Partial<HttpEndpoint> &
  Partial<Pick<CommandArtifact, 'command'>>;

/**
 * What runs a new version, with its files hashed.
 *
 * @throws UserError (exit 2) for options that do not belong together, (exit 5) for files that cannot be hashed
 */
export async function newArtifact(
  world: Pick<World, 'cwd' | 'permissions'>,
  registryFolder: string,
  options: NewArtifactOptions,
): Promise<NewArtifact> {
  const { cwd } = world;
  const runtime = runtimeOf(options.runtime ?? (await usualRuntime(cwd, options)));
  refuseOptionsOfOthers(runtime, options);
  const files = await filesOf(world, registryFolder, runtime, options.artifact);
  const own = await ownOptions.find(({ of }) => of === runtime)?.read(cwd, options);
  return { runtime, ...own, ...files };
}

/** Options that only one runtime has, and the keys of its artifact that they become. */
const ownOptions = [
  { name: 'endpoint', of: 'http', read: async (cwd, { endpoint }) => await writtenEndpoint(cwd, endpoint) },
  { name: 'command', of: 'command', read: async (_cwd, { command }) => ({ command: writtenCommand(command) }) },
] as const satisfies readonly {
  readonly name: keyof NewArtifactOptions;
  readonly of: Runtime;
  read(cwd: string, options: NewArtifactOptions): Promise<Partial<NewArtifact>>;
}[];

function refuseOptionsOfOthers(runtime: Runtime, options: NewArtifactOptions): void {
  for (const { name, of } of ownOptions) {
    if (of === runtime || options[name] === undefined) continue;
    throw invalidInput(`--runtime ${runtime} has no ${name}`, {
      hint: `Leave --${name} out, or write --runtime ${of}.`,
    });
  }
}

/** The folder of the version's files, as much as its runtime has of them. */
async function filesOf(
  world: Pick<World, 'cwd' | 'permissions'>,
  registryFolder: string,
  runtime: Runtime,
  artifact: string | undefined,
): Promise<Pick<NewArtifact, 'path' | 'sha256'>> {
  const { folder } = runtimeTraits[runtime];
  if (artifact === undefined) {
    if (folder !== 'all') return {};
    throw invalidInput(`--runtime ${runtime} needs --artifact DIR`, { hint: 'Name the folder of its files.' });
  }
  if (folder !== 'nothing') return await hashedFolder(world, registryFolder, artifact);
  throw invalidInput(`--runtime ${runtime} takes no artifact: its outcomes are in the request log`, {
    hint: 'Leave --artifact out, or name the runtime that runs it.',
  });
}

/** The runtime that an endpoint, a command or the artifact's files speak of. */
async function usualRuntime(cwd: string, options: NewArtifactOptions): Promise<Runtime> {
  const told = ownOptions.findLast(({ name }) => options[name] !== undefined);
  if (told !== undefined) return told.of;
  return options.artifact === undefined ? 'recorded' : await runtimeFor(resolve(cwd, options.artifact));
}

async function hashedFolder(
  { cwd, permissions }: Pick<World, 'cwd' | 'permissions'>,
  registryFolder: string,
  artifact: string,
): Promise<{ readonly path: string; readonly sha256: string }> {
  const path = await pathInside(registryFolder, resolve(cwd, artifact));
  return { path, sha256: await artifactSha256(await resolveArtifact(registryFolder, path), permissions.artifactBytes) };
}

async function writtenEndpoint(cwd: string, endpoint: string | undefined): Promise<Partial<HttpEndpoint>> {
  const example = '{"url": "http://localhost:8080", "protocol": "oip-v2", "model": "intent"}';
  if (endpoint === undefined) {
    throw invalidInput('--runtime http needs --endpoint JSON|FILE', { hint: `Say where it answers: '${example}'.` });
  }
  return await writtenJson(cwd, '--endpoint', endpoint);
}

function writtenCommand(command: string | undefined): readonly string[] {
  const hint = `Write the program and its arguments as a JSON list: --command '["python3", "serve.py"]'`;
  if (command === undefined) throw invalidInput('--runtime command needs --command JSON', { hint });
  try {
    const list: unknown = JSON.parse(command);
    if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string')) return list;
  } catch (error) {
    throw invalidInput(`--command: ${command} is not JSON`, { hint, cause: error });
  }
  throw invalidInput(`--command: ${command} is not a list of texts`, { hint });
}

/** The artifact's path from the registry's folder, also where that was reached through a link. */
async function pathInside(registryFolder: string, artifact: string): Promise<string> {
  const real = await realpath(registryFolder).catch(() => registryFolder);
  const paths = [registryFolder, real].map((base) => relative(base, artifact).split(sep).join('/'));
  return paths.find((path) => !path.startsWith('..')) ?? relative(registryFolder, artifact);
}

/** What runs a folder of files, where nobody says it. */
async function runtimeFor(artifact: string): Promise<Runtime> {
  // That the folder cannot be read is told by whoever hashes it.
  const files = await readdir(artifact).catch(() => []);
  const known = runtimes.find((runtime) => {
    const { fileEnding }: RuntimeTraits = runtimeTraits[runtime];
    return fileEnding !== null && files.some((name) => name.endsWith(fileEnding));
  });
  return known ?? 'tfjs';
}

function runtimeOf(written: string): Runtime {
  const runtime = runtimes.find((name) => name === written);
  if (runtime !== undefined) return runtime;
  throw invalidInput(`--runtime ${written} is not known`, { hint: `Write one of ${runtimes.join(', ')}.` });
}
