import { chmod, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from '../domain/errors.ts';
import { ownedName, sweepAbandoned } from './owned-name.ts';

/**
 * Replaces a file whole or not at all, or makes it: writes a new one beside it, makes sure that it is on the disk, and
 * renames it. Where the path is a link, what it leads to is replaced. What a killed writer left beside it is removed.
 *
 * write-file-atomic is not used: it makes one write call and does not look at how much was written, so that on a full
 * disk it renames a cut file into place.
 * @param beforeRename the last word of who has to be sure that nobody else writes: it throws to leave the file as it is.
 * @throws what the file system throws; the file is then what it was.
 */
export async function replaceFile(
  path: string,
  text: string,
  beforeRename: () => void = () => undefined,
): Promise<void> {
  const file = await linkedFile(path);
  const folder = dirname(file);
  const prefix = temporaryPrefix(file);
  await sweepAbandoned(folder, prefix);
  const mode = await modeOf(file);
  const next = join(folder, `${ownedName(prefix)}.tmp`);
  try {
    const handle = await open(next, 'wx', mode ?? newFileMode);
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (mode !== undefined) await chmod(next, mode);
    beforeRename();
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** How the names of files begin that are to replace this one. */
export function temporaryPrefix(file: string): string {
  return `.${basename(file)}.`;
}

const newFileMode = 0o644;

async function linkedFile(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return path;
    throw error;
  }
}

/** The permissions that a file has and shall keep; undefined where there is none. */
async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Makes the rename last through a power cut, where the system can do that (Windows cannot open a folder). The file is replaced
 * by now: a disk that refuses must not be told as if nothing had changed.
 */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}
