import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeOneOf } from '../../domain/did-you-mean.ts';
import { messageOf, systemErrorCode, unusableFile, type UserError } from '../../domain/errors.ts';
import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import { changelogText } from '../change/changelog.ts';
import { isMove } from '../file/rollout-state.ts';
import { parseRegistry } from '../file/parse-registry.ts';
import { readTextFile } from '../../files/read-file.ts';
import { type StillHeld, withLock } from './registry-lock.ts';
import {
  type ChangelogOutcome,
  changelogPath,
  writeChangelog,
  replaceLocked,
  writeFailure,
} from './registry-store-write.ts';
import { serializeRegistry } from '../file/serialize-registry.ts';

/** A model's registry, and the file that it was read from. */
export interface StoredRegistry {
  readonly registry: ModelRegistry;
  readonly text: string;
  readonly path: string;
}

/** A change that was written. */
export interface RegistryUpdate extends ChangelogOutcome {
  readonly before: ModelRegistry;
  readonly after: ModelRegistry;
  readonly path: string;
}

/** What somebody had read of a registry when they decided on a change. */
export interface DecidedOn {
  readonly revision: number;
  /** The rollout that the change is about. */
  readonly rollout: string;
}

/** The file of a model in a registry's folder. */
export function registryPath(folder: string, model: string): string {
  return join(folder, `${model}.json`);
}

/** @throws UserError (exit 5) when the folder has no such model, or its file cannot be used. */
export async function readRegistry(folder: string, model: string): Promise<StoredRegistry> {
  const path = registryPath(folder, model);
  const text = await readText(folder, model, path);
  const registry = parseRegistry(text, path);
  if (registry.model === model) return { registry, text, path };
  throw unusableFile(`${path} is the registry of the model ${registry.model}, not of ${model}`, {
    hint: `Name the file after its model: ${registryPath(folder, registry.model)}`,
  });
}

/** The models of a registry's folder, by name. @throws UserError (exit 5) when the folder cannot be read. */
export async function listModels(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.name.endsWith('.json') && !entry.isDirectory())
      .map(({ name }) => name.slice(0, -'.json'.length))
      .toSorted();
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    throw unusableFile(
      `The registry folder ${folder} ${missing ? 'does not exist' : `cannot be read: ${messageOf(error)}`}`,
      {
        hint: missing
          ? 'In a plan, the path is relative to the plan. canary init DIR makes a registry to start from.'
          : undefined,
        cause: error,
      },
    );
  }
}

/**
 * Changes a model's registry: reads it, applies the transition and writes what comes out, with nobody else writing in
 * between. A stop at any point leaves the old file or the new one. The changelog is written after it, from the history,
 * so that the next change brings along what a stop in between has cost.
 * @param decidedOn the state that the change was decided on; null for a change that is right on any.
 * @param transition pure; what it throws is passed on, and nothing is written.
 * @throws UserError (exit 5) when a rollout moved since, or the file cannot be used, locked or written.
 */
export async function updateRegistry(
  folder: string,
  model: string,
  decidedOn: DecidedOn | null,
  transition: (registry: ModelRegistry) => ModelRegistry,
): Promise<RegistryUpdate> {
  // Through a link, so that the file changes and not the link; and a missing file is told before a lock is made.
  await readRegistry(folder, model);
  const path = registryPath(folder, model);
  const file = await realpath(path);
  return await locked(file, path, async (stillHeld) => {
    const { registry: before } = await readRegistry(folder, model);
    if (decidedOn !== null && hasMoved(before, decidedOn)) throw moved(path, decidedOn.revision, before);
    const after = transition(before);
    await replaceLocked(file, writable(after, before, path), stillHeld);
    return { before, after, path, ...(await writeChangelog(file, after, stillHeld)) };
  });
}

/** Does work under the lock of a file; where the file system refuses it, `path` is what the user knows. */
async function locked<T>(file: string, path: string, work: (stillHeld: StillHeld) => Promise<T>): Promise<T> {
  try {
    return await withLock(file, work);
  } catch (error) {
    throw writeFailure(error, path) ?? error;
  }
}

/**
 * Makes the registry file of a model that has none. Where two do it at once, one of them succeeds.
 * @throws UserError (exit 5) when there is one by now, or it cannot be locked or written.
 */
export async function createRegistry(
  folder: string,
  empty: ModelRegistry,
  transition: (registry: ModelRegistry) => ModelRegistry,
): Promise<RegistryUpdate> {
  const path = registryPath(folder, empty.model);
  return await locked(path, path, async (stillHeld) => {
    if ((await listModels(folder)).includes(empty.model)) {
      throw unusableFile(`${path} already exists`, { hint: 'Run the command again to add to it.' });
    }
    const after = transition(empty);
    await replaceLocked(path, writable(after, empty, path), stillHeld);
    return { before: empty, after, path, ...(await writeChangelog(path, after, stillHeld)) };
  });
}

/** Writes a model's changelog anew from its history. @throws UserError (exit 5) when it cannot be locked or written. */
export async function renewChangelog(folder: string, model: string): Promise<string> {
  await readRegistry(folder, model);
  const file = await realpath(registryPath(folder, model));
  return await locked(file, changelogPath(folder, model), async (stillHeld) => {
    const { registry } = await readRegistry(folder, model);
    const path = changelogPath(dirname(file), model);
    await replaceLocked(path, changelogText(registry), stillHeld);
    return path;
  });
}

async function readText(folder: string, model: string, path: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') {
      throw unusableFile(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
    }
    const models = await listModels(folder);
    throw unusableFile(`The registry has no model ${model}: ${path} does not exist`, {
      hint: models.length === 0 ? `${folder} holds no model.` : `In ${folder}: ${writeOneOf(model, models)}`,
      cause: error,
    });
  }
}

/** The text of the new state, once it has been read back: what the reader would refuse must not be written. */
function writable(after: ModelRegistry, before: ModelRegistry, path: string): string {
  const text = serializeRegistry(after);
  if (after.revision !== before.revision + 1 || !isDeepStrictEqual(readBack(text, path), after)) {
    throw new Error(`a change of ${path} did not lead from revision ${before.revision} to the one after it`);
  }
  return text;
}

function readBack(text: string, path: string): ModelRegistry {
  try {
    return parseRegistry(text, path);
  } catch (cause) {
    // The user cannot mend a file that was never written: this is a bug.
    throw new Error(`a change of ${path} led to a registry that is not valid`, { cause });
  }
}

/** What of other versions happened since (added, looked at, rehearsed, approved) changes nothing for a rollout; what moved traffic does. */
function hasMoved({ revision, history }: ModelRegistry, decidedOn: DecidedOn): boolean {
  const concerns = (entry: HistoryEntry) =>
    isMove(entry) || entry.action === 'apply' || (entry.rollout === decidedOn.rollout && entry.action === 'look');
  return (
    revision < decidedOn.revision || history.some((entry) => entry.revision > decidedOn.revision && concerns(entry))
  );
}

function moved(path: string, expected: number, { revision, history }: ModelRegistry): UserError {
  const last = history.at(-1);
  const change = [last?.action, last?.rollout ?? last?.version, last?.stage].filter((part) => part !== undefined);
  const told = last === undefined ? '' : ` (${change.join(' ')}, ${last.at})`;
  return unusableFile(`${path} is at revision ${revision}${told}, not ${expected}: another change came first`, {
    hint: 'Nothing was changed. Run canary status to see where the rollout stands, and evaluate again.',
  });
}
