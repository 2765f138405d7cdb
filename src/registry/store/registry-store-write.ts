import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, systemErrorCode, unusableFile, UserError } from '../../domain/errors.ts';
import type { StillHeld } from './registry-lock.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { changelogText } from '../change/changelog.ts';

/**
 * Replaces a file whole or not at all, or makes it: writes a new one beside it, makes sure that it is on the disk, and renames it.
 * The lock on the file, or on the registry beside which it lies, must be held.
 *
 * write-file-atomic is not used: it makes one write call and does not look at how much was written, so that on a full
 * disk it renames a cut file into place.
 * @throws UserError (exit 5) when the lock was lost meanwhile; what the file system throws.
 */
export async function replaceFile(file: string, text: string, stillHeld: StillHeld): Promise<void> {
  await removeLeftovers(file);
  const mode = await modeOf(file);
  const next = join(dirname(file), `${leftoverPrefix(file)}${randomUUID()}.tmp`);
  try {
    const handle = await open(next, 'wx', mode);
    try {
      await handle.chmod(mode);
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!stillHeld()) {
      throw unusableFile(`${file} was taken over by another process while this one slept; nothing was changed`, {
        hint: 'Run the command again.',
      });
    }
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

const newFileMode = 0o644;

/** The permissions that a file has and shall keep. */
async function modeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).mode;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return newFileMode;
    throw error;
  }
}

/** What an error of the file system means to who wanted to write; undefined for an error of another kind. */
export function writeFailure(error: unknown, path: string): UserError | undefined {
  const code = systemErrorCode(error);
  if (code === undefined || !(error instanceof Error && 'syscall' in error)) return undefined;
  const reason = reasons[code];
  return unusableFile(`${path} cannot be changed: ${reason === undefined ? '' : `${reason}: `}${messageOf(error)}`, {
    hint: 'Nothing was changed. A change makes new files beside it, so its folder must be writable and have room.',
    cause: error,
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write in its folder',
  EPERM: 'no permission to write in its folder',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than allowed',
};

/**
 * Removes what a killed writer left. Only the owner of the lock writes, so whatever is there is nobody's; and should its
 * writer have slept through losing the lock, it has nothing left to rename.
 */
async function removeLeftovers(file: string): Promise<void> {
  const prefix = leftoverPrefix(file);
  const names = await readdir(dirname(file));
  const leftovers = names.filter((name) => name.startsWith(prefix) && name.endsWith('.tmp'));
  await Promise.all(leftovers.map((name) => rm(join(dirname(file), name), { force: true })));
}

function leftoverPrefix(file: string): string {
  return `.${basename(file)}.`;
}

/** Makes the rename last through a power cut, where the system can do that (Windows cannot open a folder). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    if (systemErrorCode(error) === 'EISDIR' || systemErrorCode(error) === 'EPERM') return undefined;
    throw error;
  });
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}

/** What became of the changelog when the registry was changed. */
export interface ChangelogOutcome {
  /** Why the changelog, unlike the registry, could not be written. */
  readonly changelogFailure?: string;
}

/** The changelog of a model, beside its registry file. */
export function changelogPath(folder: string, model: string): string {
  return join(folder, `${model}.CHANGELOG.md`);
}

/** The registry has been changed by now, so that a changelog which cannot follow is told and fails nothing. */
export async function writeChangelog(
  file: string,
  registry: ModelRegistry,
  stillHeld: StillHeld,
): Promise<ChangelogOutcome> {
  const path = changelogPath(dirname(file), registry.model);
  try {
    await replaceFile(path, changelogText(registry), stillHeld);
    return {};
  } catch (error) {
    const failure = error instanceof UserError ? error : writeFailure(error, path);
    if (failure === undefined) throw error;
    return {
      changelogFailure: `The change was made, but ${failure.message}. canary registry changelog writes it later.`,
    };
  }
}
