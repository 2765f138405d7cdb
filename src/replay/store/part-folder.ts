import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import { readTextFile } from '../../files/read-file.ts';
import { fileSha256 } from '../../models/artifact.ts';
import {
  digestOf,
  mostTries,
  namesOfRecords,
  parseRecord,
  type PartFacts,
  type PartRecord,
  type Parts,
  recordEnd,
  recordText,
  rowsName,
  type StoredPart,
  stuckRecord,
  unfinishedPrefix,
  unwritable,
  writingError,
} from './parts.ts';

/** What a process of another machine was writing for so long, nobody writes any more. */
const abandonedAfterMs = 3_600_000;

/** Parts in a folder. A record is `NAME.json`, which is linked into place only where there is none, so that of two writers the first wins. */
export class PartFolder implements Parts {
  readonly #folder: string;
  readonly #names: Set<string>;

  /** @throws UserError (exit 5) when the folder cannot be read or made */
  static async open(folder: string): Promise<PartFolder> {
    try {
      await mkdir(folder, { recursive: true });
      await sweepAbandoned(folder, unfinishedPrefix, abandonedAfterMs);
      return new PartFolder(folder, await readdir(folder));
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  private constructor(folder: string, files: readonly string[]) {
    this.#folder = folder;
    this.#names = namesOfRecords(files);
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  async read(name: string): Promise<StoredPart | undefined> {
    const text = await textOf(this.#recordOf(name));
    if (text === undefined) return undefined;
    const record = parseRecord(text);
    if (record !== undefined) {
      const path = this.#rowsOf(name, record.sha256);
      if ((await digestOf(path)) === record.sha256) {
        this.#names.add(name);
        return { path, rows: record.rows, peakMemory: record.peakMemory };
      }
      await rm(path, { force: true });
    }
    // Another process may have made it anew meanwhile.
    if ((await textOf(this.#recordOf(name))) === text) await rm(this.#recordOf(name), { force: true });
    this.#names.delete(name);
    return undefined;
  }

  async add(name: string, facts: PartFacts, write: (path: string) => Promise<void>): Promise<StoredPart> {
    const temporary = join(this.#folder, ownedName(unfinishedPrefix));
    try {
      await write(temporary);
      await syncFile(temporary);
      const sha256 = await fileSha256(temporary);
      const path = this.#rowsOf(name, sha256);
      await rename(temporary, path);
      for (let tries = 0; tries < mostTries; tries += 1) {
        if (await this.#record(name, { ...facts, sha256 })) {
          this.#names.add(name);
          return { ...facts, path };
        }
        const first = await this.read(name);
        if (first === undefined) continue;
        if (first.path !== path) await rm(path, { force: true });
        return first;
      }
      throw stuckRecord(this.#folder, name);
    } catch (error) {
      throw writingError(this.#folder, error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async remove(name: string): Promise<void> {
    const record = parseRecord((await textOf(this.#recordOf(name))) ?? '');
    await rm(this.#recordOf(name), { force: true });
    if (record !== undefined) await rm(this.#rowsOf(name, record.sha256), { force: true });
    this.#names.delete(name);
  }

  /** Links the record into place. @returns whether there was none */
  async #record(name: string, record: PartRecord): Promise<boolean> {
    const temporary = join(this.#folder, ownedName(unfinishedPrefix));
    try {
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(recordText(record));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await link(temporary, this.#recordOf(name));
      return true;
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  #recordOf(name: string): string {
    return join(this.#folder, `${name}${recordEnd}`);
  }

  #rowsOf(name: string, sha256: string): string {
    return join(this.#folder, rowsName(name, sha256));
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

/** A text of the store; undefined where there is none. @throws UserError (exit 5) where it cannot be read */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw unusableFile(`The outcome store's ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
