import { resolve } from 'node:path';
import { unusableFile, UserError } from '../../domain/errors.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { resolveArtifact, verifyArtifact } from '../../models/artifact.ts';
import { type NumberedVersion, resolveVersion } from '../../domain/resolve-version.ts';
import { changeBetween } from '../../domain/version-change.ts';
import { listModels, readRegistry, renewChangelog, type StoredRegistry } from '../../registry/store/registry-store.ts';
import { trafficContradiction } from '../../registry/file/traffic.ts';
import type { VersionDifference } from '../../report/commands/registry-diff-text.ts';
import type { ModelOverview, VersionOverview } from '../../report/commands/registry-text.ts';
import type { Verification } from '../../report/commands/registry-verify-text.ts';
import { shownPath, type World } from '../world.ts';

/** The models of a registry's folder, or the one that is named. @throws UserError (exit 5) */
export async function listRegistry(world: World, folder: string, model?: string): Promise<readonly ModelOverview[]> {
  const registryFolder = resolve(world.cwd, folder);
  const models = model === undefined ? await listModels(registryFolder) : [model];
  return await Promise.all(
    models.map(async (name) => {
      const { registry } = await readRegistry(registryFolder, name);
      const { revision, aliases, traffic, versions } = registry;
      return {
        model: name,
        revision,
        aliases,
        traffic,
        versions: Object.entries(versions).map(([version, { status, createdAt, description }]) => ({
          version,
          status,
          traffic: traffic[version] ?? 0,
          ...(createdAt === undefined ? {} : { createdAt }),
          ...(description === undefined ? {} : { description }),
        })),
      };
    }),
  );
}

/** One version of a model, by number or alias; the stable one where none is named. @throws UserError (exit 5) */
export async function showVersion(
  world: World,
  folder: string,
  model: string,
  version = 'stable',
): Promise<VersionOverview> {
  const stored = await readRegistry(resolve(world.cwd, folder), model);
  const found = versionIn(stored, version);
  const { aliases, traffic, revision, history } = stored.registry;
  return {
    model,
    ...found,
    aliases: Object.keys(aliases).filter((alias) => aliases[alias] === found.version),
    traffic: traffic[found.version] ?? 0,
    revision,
    registryFile: shownPath(world.cwd, stored.path),
    history: history.filter((entry) => entry.version === found.version),
  };
}

/** How two versions of a model differ. @throws UserError (exit 5) */
export async function diffVersions(
  world: World,
  folder: string,
  model: string,
  [from, to]: readonly [string, string],
): Promise<VersionDifference> {
  const stored = await readRegistry(resolve(world.cwd, folder), model);
  const [before, after] = [versionIn(stored, from), versionIn(stored, to)];
  return { model, from: before, to: after, change: changeBetween(before.entry, after.entry) };
}

/** Checks a model's registry, or all of a folder, down to the bytes of its artifacts. */
export async function verifyRegistry(world: World, folder: string, model?: string): Promise<readonly Verification[]> {
  const registryFolder = resolve(world.cwd, folder);
  const models = model === undefined ? await listModels(registryFolder) : [model];
  const verifications: Verification[] = [];
  // One after the other: hashing artifacts is bound by the disk.
  for (const name of models) verifications.push(await verifyModel(world, registryFolder, name));
  return verifications;
}

/** Writes the changelog anew from the history. @returns its path. @throws UserError (exit 5) */
export async function remakeChangelog(world: World, folder: string, model: string): Promise<string> {
  return await renewChangelog(resolve(world.cwd, folder), model);
}

async function verifyModel({ permissions }: World, registryFolder: string, model: string): Promise<Verification> {
  const stored = await problemsOf(() => readRegistry(registryFolder, model));
  if ('problem' in stored) return { model, revision: null, artifacts: 0, problems: [stored.problem] };
  const { registry } = stored.value;
  const contradiction = trafficContradiction(registry);
  const problems = contradiction === undefined ? [] : [unusableFile(`${stored.value.path}: ${contradiction}`)];
  let artifacts = 0;
  for (const [, { artifact }] of Object.entries(registry.versions)) {
    const { path, sha256 } = artifact;
    if (path === undefined || sha256 === undefined) continue;
    artifacts += 1;
    const checked = await problemsOf(async () =>
      verifyArtifact(await resolveArtifact(registryFolder, path), sha256, permissions.artifactBytes),
    );
    if ('problem' in checked) problems.push(checked.problem);
  }
  return { model, revision: registry.revision, artifacts, problems };
}

async function problemsOf<T>(work: () => Promise<T>): Promise<{ readonly value: T } | { readonly problem: UserError }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof UserError) return { problem: error };
    throw error;
  }
}

function versionIn({ registry, path }: StoredRegistry, name: string): NumberedVersion {
  const found = resolveVersion(registry, name);
  if (found !== undefined) return found;
  const names = [...Object.keys(registry.aliases), ...Object.keys(registry.versions)];
  throw unusableFile(`${path} has no version or alias ${name}`, { hint: didYouMean(name, names) });
}
