import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import semver from 'semver';
import { invalidInput } from '../../domain/errors.ts';
import { labelMapProblems } from '../../domain/label-map.ts';
import type { ModelRegistry, ModelVersion } from '../../domain/registry.ts';
import { bumpBetween, changeBetween, isSmaller, type VersionChange } from '../../domain/version-change.ts';
import { addVersion, emptyRegistry, requireVersionNumber, requireEntry } from '../../registry/change/add-version.ts';
import { createRegistry, listModels, readRegistry, updateRegistry } from '../../registry/store/registry-store.ts';
import type { AddedVersion } from '../../report/commands/registry-text.ts';
import { newArtifact, type NewArtifactOptions } from './new-artifact.ts';
import { shownPath, type World } from '../world.ts';
import { writtenHash, writtenJson } from './written-json.ts';

export type Bump = 'auto' | 'major' | 'minor' | 'patch';

export interface AddOptions extends NewArtifactOptions {
  /** JSON, or a file of it; likewise `metrics`. */
  readonly signature: string;
  readonly metrics?: string;
  /** What lets callers of an earlier version go on, as JSON or a file of it. */
  readonly compat?: string;
  /** A path to hash, or a hash; likewise `code`. */
  readonly data?: string;
  readonly code?: string;
  readonly description?: string;
  /** How the number follows from the stable version's, where none is given. */
  readonly bump: Bump;
  readonly dryRun?: boolean;
}

/**
 * Adds a version to a model's registry, which is made where the model is new. Everything is hashed before the registry is
 * locked.
 * @param version its number; the next by rule where it is absent.
 * @throws UserError (exit 2 or 5), and then nothing was changed.
 */
export async function addToRegistry(
  world: World,
  folder: string,
  model: string,
  version: string | undefined,
  options: AddOptions,
): Promise<AddedVersion> {
  if (version !== undefined) requireVersionNumber(version);
  requireModelName(model);
  const registryFolder = resolve(world.cwd, folder);
  const entry = await newEntry(world, registryFolder, options);
  const isNew = !(await existing(registryFolder)).includes(model);
  const known = isNew ? emptyRegistry(model) : (await readRegistry(registryFolder, model)).registry;
  const chosen = version ?? nextNumber(known, entry, options.bump);
  const added = { version: chosen, entry, at: world.now().toISOString(), person: world.actor() };
  requireKnownLabels(known, chosen, entry);
  const add = (registry: ModelRegistry) => addVersion(registry, added);
  const change = changeFromStable(known, entry);
  const warning = change === undefined ? undefined : warningOfStep(chosen, change);
  if (warning !== undefined) world.note(warning);
  const told = { model, version: chosen, artifact: entry.artifact, ...(change === undefined ? {} : { change }) };
  if (options.dryRun === true) return { ...told, dryRun: true, revision: add(known).revision };
  const { after, path, changelogFailure } = isNew
    ? await mkdir(registryFolder, { recursive: true }).then(() => createRegistry(registryFolder, known, add))
    : await updateRegistry(registryFolder, model, null, add);
  if (changelogFailure !== undefined) world.note(changelogFailure);
  return { ...told, dryRun: false, revision: after.revision, registryFile: shownPath(world.cwd, path) };
}

async function newEntry(
  world: World,
  registryFolder: string,
  options: AddOptions,
): Promise<Omit<ModelVersion, 'status'>> {
  const { cwd } = world;
  const { data, code, metrics, compat, description } = options;
  const entry = {
    createdAt: world.now().toISOString(),
    ...(description === undefined ? {} : { description }),
    artifact: await newArtifact(world, registryFolder, options),
    ...(data === undefined ? {} : { data_hash: await writtenHash(cwd, '--data', data) }),
    ...(code === undefined ? {} : { code_hash: await writtenHash(cwd, '--code', code) }),
    signature: await writtenJson(cwd, '--signature', options.signature),
    ...(metrics === undefined ? {} : { metrics: await writtenJson(cwd, '--metrics', metrics) }),
    ...(compat === undefined ? {} : { compat: await writtenJson(cwd, '--compat', compat) }),
  };
  return requireEntry(entry);
}

export function requireModelName(model: string): void {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/u.test(model)) return;
  throw invalidInput(`${JSON.stringify(model)} cannot be the name of a file`, {
    hint: 'Write letters, digits, dots, underscores and hyphens, such as intent-classifier.',
  });
}

/** A folder that is not there yet holds no models. */
async function existing(registryFolder: string): Promise<readonly string[]> {
  return existsSync(registryFolder) ? await listModels(registryFolder) : [];
}

function changeFromStable(registry: ModelRegistry, entry: Omit<ModelVersion, 'status'>): AddedVersion['change'] {
  const from = stableOf(registry);
  const stable = from === undefined ? undefined : registry.versions[from];
  if (from === undefined || stable === undefined) return undefined;
  return { from, ...changeBetween(stable, { status: 'registered', ...entry }) };
}

/** A version never changes, so a number that plans will refuse is told before anybody relies on it. */
function warningOfStep(version: string, { from, size, because }: VersionChange & { from: string }): string | undefined {
  const before = semver.parse(from);
  const after = semver.parse(version);
  // A number below the stable one is history that somebody records, not a step from it.
  if (before === null || after === null || semver.compare(after, before) <= 0) return undefined;
  const step = bumpBetween(before, after);
  if (!isSmaller(step, size)) return undefined;
  const right = semver.inc(from, releases[size]) ?? from;
  return `${version} is a ${step} step from ${from} but a ${size} change: ${because}. No plan will accept it; add it as ${right}.`;
}

function nextNumber(registry: ModelRegistry, entry: Omit<ModelVersion, 'status'>, bump: Bump): string {
  const change = changeFromStable(registry, entry);
  if (change === undefined) return '1.0.0';
  const release = bump === 'auto' ? releases[change.size] : bump;
  let next = change.from;
  do next = semver.inc(next, release) ?? next;
  while (Object.hasOwn(registry.versions, next));
  return next;
}

const releases: Readonly<Record<VersionChange['size'], 'major' | 'minor' | 'patch'>> = {
  MAJOR: 'major',
  MINOR: 'minor',
  PATCH: 'patch',
};

/** A version never changes once it is added, so that a label map with a slip of the pen could not be mended. */
function requireKnownLabels(registry: ModelRegistry, version: string, entry: Omit<ModelVersion, 'status'>): void {
  const stable = stableOf(registry);
  const before = stable === undefined ? undefined : registry.versions[stable];
  if (stable === undefined || before === undefined) return;
  const [problem, ...more] = labelMapProblems({ version: stable, entry: before }, { version, entry });
  if (problem === undefined) return;
  const others = more.map(({ message }) => `, and ${message}`).join('');
  throw invalidInput(`compat.labels ${problem.message}${others}`, { hint: problem.hint });
}

function stableOf({ aliases, versions }: ModelRegistry): string | undefined {
  return aliases['stable'] ?? Object.keys(versions).toSorted(semver.compareBuild).at(-1);
}
