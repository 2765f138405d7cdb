import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, systemErrorCode, unusableFile, UserError } from '../../domain/errors.ts';
import type { StillHeld } from './registry-lock.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { replaceFile, temporaryPrefix } from '../../files/replace-file.ts';
import { changelogText } from '../change/changelog.ts';

/**
 * Replaces a file of the registry whole or not at all. The lock on the file, or on the registry beside which it lies, must be held.
 * @throws UserError (exit 5) when the lock was lost meanwhile; what the file system throws.
 */
export async function replaceLocked(file: string, text: string, stillHeld: StillHeld): Promise<void> {
  await removeLeftovers(file);
  await replaceFile(file, text, () => {
    if (stillHeld()) return;
    throw unusableFile(`${file} was taken over by another process while this one slept; nothing was changed`, {
      hint: 'Run the command again.',
    });
  });
}

/** What an error of the file system means to who wanted to write; undefined for an error of another kind. */
export function writeFailure(error: unknown, path: string): UserError | undefined {
  const code = systemErrorCode(error);
  if (code === undefined || !(error instanceof Error && 'syscall' in error)) return undefined;
  const reason = reasons[code];
  return unusableFile(`${path} cannot be changed: ${reason === undefined ? '' : `${reason}: `}${messageOf(error)}`, {
    hint: 'Nothing was changed. A change writes new files beside it, so its folder must be writable and have room.',
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
 * Removes what any other writer left. Only the owner of the lock writes, so whatever is there is nobody's; and should its
 * writer have slept through losing the lock, it has nothing left to rename.
 */
async function removeLeftovers(file: string): Promise<void> {
  const prefix = temporaryPrefix(file);
  const names = await readdir(dirname(file));
  const leftovers = names.filter((name) => name.startsWith(prefix) && name.endsWith('.tmp'));
  await Promise.all(leftovers.map((name) => rm(join(dirname(file), name), { force: true })));
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
    await replaceLocked(path, changelogText(registry), stillHeld);
    return {};
  } catch (error) {
    const failure = error instanceof UserError ? error : writeFailure(error, path);
    if (failure === undefined) throw error;
    return {
      changelogFailure: `The change was made, but ${failure.message}. canary registry changelog writes it later.`,
    };
  }
}
