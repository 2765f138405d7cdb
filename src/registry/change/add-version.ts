import semver from 'semver';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import type { ModelRegistry, ModelVersion } from '../../domain/registry.ts';
import { withHistory } from '../file/hash-chain.ts';
import type { Finding } from '../file/findings.ts';
import { endpointFindings } from '../file/endpoint-findings.ts';
import { validateSchema } from '../file/registry-schema.ts';
import { pointerTo } from '../../documents/json-pointer.ts';
import { registryVoice } from '../file/registry-voice.ts';
import { schemaFindings } from '../../documents/schema-findings.ts';
import type { Person } from './transition.ts';

/** A version to be added; its status follows from the registry. */
interface NewVersion {
  readonly version: string;
  readonly entry: Omit<ModelVersion, 'status'>;
  /** In ISO 8601. */
  readonly at: string;
  readonly person?: Person;
}

/** The registry of a model that has no version yet; nothing reads it before one was added. */
export function emptyRegistry(model: string): ModelRegistry {
  return { schemaVersion: 1, model, revision: 0, aliases: {}, traffic: {}, versions: {}, rollouts: {}, history: [] };
}

/**
 * The registry with one more version. The first of a model is stable and has all traffic; every other waits for a rollout.
 * @throws UserError (exit 2) for a number that is not semantic, (exit 5) for a version that is there already.
 */
export function addVersion(registry: ModelRegistry, { version, entry, at, person = {} }: NewVersion): ModelRegistry {
  requireVersionNumber(version);
  if (Object.hasOwn(registry.versions, version)) {
    throw unusableFile(`${registry.model} already has a version ${version}, and a version never changes`, {
      hint: 'Choose another number, or leave it out to get the next one by rule.',
    });
  }
  const isFirst = Object.keys(registry.versions).length === 0;
  const added = { ...registry.versions, [version]: { status: isFirst ? 'stable' : 'registered', ...entry } as const };
  const first = isFirst ? { aliases: { stable: version }, traffic: { [version]: 1 } } : {};
  return withHistory({ ...registry, ...first, versions: added }, { at, action: 'add', version, ...person });
}

/** @throws UserError (exit 2) for anything but MAJOR.MINOR.PATCH as semver.org defines it, `v1.2.3` included. */
export function requireVersionNumber(version: string): void {
  if (semver.valid(version) === version.replace(/\+.*$/u, '')) return;
  throw invalidInput(`${JSON.stringify(version)} is not a semantic version number`, {
    hint: `Write MAJOR.MINOR.PATCH, such as ${semver.coerce(version)?.version ?? '1.0.0'}.`,
  });
}

/**
 * A version's entry as a person described it, once the schema allows it.
 * @throws UserError (exit 2) that says everything that is wrong with it.
 */
export function requireEntry(described: Readonly<Record<string, unknown>>): Omit<ModelVersion, 'status'> {
  const version = '0.0.0';
  const entry = { status: 'registered', ...described };
  const checked = validateSchema({ schemaVersion: 1, model: 'model', revision: 0, versions: { [version]: entry } });
  if ('errors' in checked) throw invalidEntry(schemaFindings(checked.errors, registryVoice), version);
  const { status: _registered, ...allowed } = checked.written.versions[version] ?? unreachable();
  const wrong = endpointFindings(pointerTo(pointerTo('/versions', version), 'artifact'), allowed.artifact);
  if (wrong.length > 0) throw invalidEntry(wrong, version);
  return allowed;
}

function invalidEntry(findings: readonly Finding[], version: string): Error {
  const texts = findings.map(({ message, hint }) => `${message}; ${hint}`);
  return invalidInput(texts.join('\n').replaceAll(`versions["${version}"].`, ''));
}

function unreachable(): never {
  throw new Error('the schema allowed an entry that is not there');
}
