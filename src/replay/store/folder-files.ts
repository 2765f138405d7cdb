import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { digestOfFile } from '../../files/digest-of-file.ts';
import { messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import { mostTextBytes, readRegularFile } from '../../files/read-file.ts';
import { bytesOf, type MadeFile, type StoreFiles, textIn } from './store-files.ts';
import { unwritable, writingError } from './unwritable-store.ts';

/** How the names of files begin that are being written. */
const unfinishedPrefix = '.unfinished-';
/** What a process of another machine was writing for so long, nobody writes any more. */
const abandonedAfterMs = 3_600_000;
/** Where a folder keeps what tells it from others. */
const identityFile = 'store.id';

/** A store in a folder, which has to know hard links: a file that only the first may write is linked into place. */
export class FolderFiles implements StoreFiles {
  readonly name: string;

  constructor(folder: string) {
    this.name = folder;
  }

  async identity(): Promise<string> {
    const made = randomUUID();
    const known = await textIn(this, identityFile);
    // Of two that make it up at once the first decides.
    if (known === undefined && (await this.putNew(identityFile, bytesOf(made)))) return made;
    return known ?? (await textIn(this, identityFile)) ?? made;
  }

  async list(folder: string): Promise<readonly string[]> {
    const whole = join(this.name, folder);
    try {
      return (await this.#entriesOf(whole))
        .filter((entry) => entry.isFile() && !entry.name.startsWith(unfinishedPrefix))
        .map(({ name, parentPath }) => join(relative(whole, parentPath), name).split(sep).join('/'));
    } catch (error) {
      throw systemErrorCode(error) === undefined ? error : unwritable(whole, error);
    }
  }

  async get(path: string): Promise<Buffer | undefined> {
    const whole = join(this.name, path);
    try {
      return await readRegularFile(whole, mostTextBytes);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw unusableFile(`The outcome store's ${whole} cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }

  async put(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#write(dirname(path), async (unfinished) => {
      await writeFile(unfinished, bytes, { flush: true });
      await rename(unfinished, join(this.name, path));
    });
  }

  async putNew(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return await this.#write(dirname(path), async (unfinished) => {
      await writeFile(unfinished, bytes, { flush: true });
      try {
        await link(unfinished, join(this.name, path));
        return true;
      } catch (error) {
        if (systemErrorCode(error) === 'EEXIST') return false;
        throw error;
      }
    });
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.name, path), { force: true });
  }

  async ready(folder: string): Promise<void> {
    const whole = join(this.name, folder);
    try {
      const unfinished = (await this.#entriesOf(whole)).filter(({ name }) => name.startsWith(unfinishedPrefix));
      for (const place of new Set(unfinished.map(({ parentPath }) => parentPath)))
        await sweepAbandoned(place, unfinishedPrefix, abandonedAfterMs);
    } catch (error) {
      throw unwritable(whole, error);
    }
  }

  async make(
    folder: string,
    write: (path: string) => Promise<void>,
    nameOf: (sha256: string) => string,
  ): Promise<MadeFile> {
    return await this.#write(folder, async (unfinished) => {
      await write(unfinished);
      await syncFile(unfinished);
      const sha256 = await digestOfFile(unfinished);
      const path = join(this.name, nameOf(sha256));
      await rename(unfinished, path);
      return { path, sha256 };
    });
  }

  async local(path: string, sha256: string): Promise<string | undefined> {
    const whole = join(this.name, path);
    try {
      // Files here are replaced by others and not written again, so that one which is replaced meanwhile is read to its end.
      return (await digestOfFile(whole)) === sha256 ? whole : undefined;
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      return undefined;
    }
  }

  /** What is below a folder, which is made if it is not there, once what killed processes left beside the store's folders is gone. */
  async #entriesOf(whole: string): Promise<readonly Dirent[]> {
    await mkdir(whole, { recursive: true });
    await sweepAbandoned(this.name, unfinishedPrefix, abandonedAfterMs);
    return await readdir(whole, { recursive: true, withFileTypes: true });
  }

  /** Hands out a name in a folder under which nothing is kept. @throws UserError (exit 5) for what the system or the database refuses */
  async #write<T>(folder: string, use: (unfinished: string) => Promise<T>): Promise<T> {
    const whole = join(this.name, folder);
    const unfinished = join(whole, ownedName(unfinishedPrefix));
    try {
      await mkdir(whole, { recursive: true });
      return await use(unfinished);
    } catch (error) {
      throw writingError(whole, error);
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
