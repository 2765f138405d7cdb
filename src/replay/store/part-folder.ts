import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import { readTextFile } from '../../files/read-file.ts';
import { fileSha256 } from '../../models/artifact.ts';

/** How the names of files begin that are being written. */
export const unfinishedPrefix = '.unfinished-';
const recordEnd = '.json';
/** Whoever loses to a damaged record tries again so often before it gives up. */
const mostTries = 3;

/** What is known of a part beside its rows. */
export interface PartFacts {
  readonly rows: number;
  /** Most memory in bytes that the process had resident which made it; null where it could not tell. */
  readonly peakMemory: number | null;
}

export interface StoredPart extends PartFacts {
  /** Its Parquet file. */
  readonly path: string;
}

interface PartRecord extends PartFacts {
  readonly sha256: string;
}

/**
 * A folder of immutable Parquet files that many processes, also of several machines, may write at once. A part is there when its record
 * is: `NAME.json`, which is linked into place only where there is none, so that of two writers the first wins. The record holds the
 * digest of the Parquet file beside it, so what was cut or altered counts as missing.
 */
export class PartFolder {
  readonly #folder: string;
  readonly #names: Set<string>;

  /** @throws UserError (exit 5) when the folder cannot be read or made */
  static async open(folder: string): Promise<PartFolder> {
    try {
      await mkdir(folder, { recursive: true });
      await sweepAbandoned(folder, unfinishedPrefix);
      return new PartFolder(folder, await readdir(folder));
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  private constructor(folder: string, files: readonly string[]) {
    this.#folder = folder;
    const records = files.filter((file) => file.endsWith(recordEnd) && !file.startsWith(unfinishedPrefix));
    this.#names = new Set(records.map((file) => file.slice(0, -recordEnd.length)));
  }

  /** The parts that were there when the folder was opened, and those of this process; they may be damaged. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** A part as it stands now; undefined where there is none, or it is not what was written: that one goes. */
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

  /**
   * Adds a part.
   * @param write makes the Parquet file at the path that it is given
   * @returns the part that stands: another one where somebody was first
   * @throws UserError (exit 5) when it cannot be written
   */
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
      throw unusableFile(
        `The outcome store ${this.#folder} holds a record that cannot be replaced: ${name}${recordEnd}`,
      );
    } catch (error) {
      const refused = systemErrorCode(error) !== undefined || messageOf(error).startsWith('IO Error');
      throw refused ? unwritable(this.#folder, error) : error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Forgets a part. */
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
        await handle.writeFile(`${JSON.stringify(record)}\n`);
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
    return join(this.#folder, `${name}.${sha256.slice(0, 16)}.parquet`);
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

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw unusableFile(`The outcome store's ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function parseRecord(text: string): PartRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isRecord(value: unknown): value is PartRecord {
  if (typeof value !== 'object' || value === null) return false;
  if (!('sha256' in value) || !('rows' in value) || !('peakMemory' in value)) return false;
  if (typeof value.sha256 !== 'string' || !/^[\da-f]{64}$/u.test(value.sha256)) return false;
  return Number.isSafeInteger(value.rows) && (value.peakMemory === null || typeof value.peakMemory === 'number');
}

async function digestOf(path: string): Promise<string | null> {
  try {
    return await fileSha256(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}

/** What to say where the store refuses to be written. */
export function unwritable(folder: string, cause: unknown): Error {
  return unusableFile(`The outcome store ${folder} cannot be written: ${messageOf(cause)}`, {
    hint: 'Make the folder writable or free some space; what is finished is kept.',
    cause,
  });
}
