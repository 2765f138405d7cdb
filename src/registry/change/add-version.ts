import semver from 'semver';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import type { ModelRegistry, ModelVersion } from '../../domain/registry.ts';
import { withHistory } from '../file/hash-chain.ts';

/** A version to be added; its status follows from the registry. */
export interface NewVersion {
  readonly version: string;
  readonly entry: Omit<ModelVersion, 'status'>;
  /** In ISO 8601. */
  readonly at: string;
}

/** The registry of a model that has no version yet; nothing reads it before one was added. */
export function emptyRegistry(model: string): ModelRegistry {
  return { schemaVersion: 1, model, revision: 0, aliases: {}, traffic: {}, versions: {}, rollouts: {}, history: [] };
}

/**
 * The registry with one more version. The first of a model is stable and has all traffic; every other waits for a rollout.
 * @throws UserError (exit 2) for a number that is not semantic, (exit 5) for a version that is there already.
 */
export function addVersion(registry: ModelRegistry, { version, entry, at }: NewVersion): ModelRegistry {
  requireVersionNumber(version);
  if (Object.hasOwn(registry.versions, version)) {
    throw unusableFile(`${registry.model} has a version ${version} already, and a version never changes`, {
      hint: 'Choose another number, or leave it out for the next by rule.',
    });
  }
  const isFirst = Object.keys(registry.versions).length === 0;
  const added = { ...registry.versions, [version]: { status: isFirst ? 'stable' : 'registered', ...entry } as const };
  const first = isFirst ? { aliases: { stable: version }, traffic: { [version]: 1 } } : {};
  return withHistory({ ...registry, ...first, versions: added }, { at, action: 'add', version });
}

/** @throws UserError (exit 2) for anything but MAJOR.MINOR.PATCH as semver.org defines it, `v1.2.3` included. */
export function requireVersionNumber(version: string): void {
  if (semver.valid(version) === version.replace(/\+.*$/u, '')) return;
  throw invalidInput(`${JSON.stringify(version)} is not a semantic version number`, {
    hint: `Write MAJOR.MINOR.PATCH, such as ${semver.coerce(version)?.version ?? '1.0.0'}.`,
  });
}
