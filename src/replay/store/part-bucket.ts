import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../domain/remote/object-store.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import { fileSha256 } from '../../models/artifact.ts';
import {
  digestOf,
  mostTries,
  namesOfRecords,
  parseRecord,
  type PartFacts,
  type Parts,
  recordEnd,
  recordText,
  rowsName,
  type StoredPart,
  stuckRecord,
  unfinishedPrefix,
  writingError,
} from './parts.ts';

/**
 * Parts as objects. A record is `NAME.json`, which is written only where there is none, as the server sees to; its rows are fetched into a folder
 * of this machine, since the database reads files.
 */
export class PartBucket implements Parts {
  readonly #objects: ObjectStore;
  readonly #prefix: string;
  readonly #cache: string;
  readonly #names: Set<string>;

  /**
   * @param path of the parts in the store, such as `requests`
   * @param cache the folder that keeps what was fetched or written
   * @throws UserError (exit 5) when the objects cannot be listed or the folder not be made
   */
  static async open(objects: ObjectStore, path: string, cache: string): Promise<PartBucket> {
    const prefix = `${path}/`;
    const keys = await objects.list(prefix);
    try {
      await mkdir(cache, { recursive: true });
      await sweepAbandoned(cache, unfinishedPrefix);
    } catch (error) {
      throw writingError(cache, error);
    }
    const own = keys.map((key) => key.slice(prefix.length)).filter((key) => !key.includes('/'));
    return new PartBucket(objects, prefix, cache, namesOfRecords(own));
  }

  private constructor(objects: ObjectStore, prefix: string, cache: string, names: Set<string>) {
    this.#objects = objects;
    this.#prefix = prefix;
    this.#cache = cache;
    this.#names = names;
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  async read(name: string): Promise<StoredPart | undefined> {
    const bytes = await this.#objects.get(this.#recordOf(name));
    if (bytes === undefined) {
      this.#names.delete(name);
      return undefined;
    }
    const record = parseRecord(bytes.toString('utf8'));
    if (record !== undefined) {
      const { rows, peakMemory } = record;
      const path = await this.#fetched(name, record.sha256);
      if (path !== undefined) {
        this.#names.add(name);
        return { path, rows, peakMemory };
      }
      await this.#objects.remove(this.#rowsOf(name, record.sha256));
    }
    // Another process may have made it anew meanwhile.
    const now = await this.#objects.get(this.#recordOf(name));
    if (now?.equals(bytes) === true) await this.#objects.remove(this.#recordOf(name));
    this.#names.delete(name);
    return undefined;
  }

  async add(name: string, facts: PartFacts, write: (path: string) => Promise<void>): Promise<StoredPart> {
    const temporary = join(this.#cache, ownedName(unfinishedPrefix));
    try {
      await write(temporary);
      const sha256 = await fileSha256(temporary);
      const path = join(this.#cache, rowsName(name, sha256));
      const rows = new Uint8Array(await readFile(temporary));
      await rename(temporary, path);
      await this.#objects.put(this.#rowsOf(name, sha256), rows);
      const record = new Uint8Array(Buffer.from(recordText({ ...facts, sha256 })));
      for (let tries = 0; tries < mostTries; tries += 1) {
        if (await this.#objects.putNew(this.#recordOf(name), record)) {
          this.#names.add(name);
          return { ...facts, path };
        }
        const first = await this.read(name);
        if (first === undefined) continue;
        if (first.path !== path) {
          await this.#objects.remove(this.#rowsOf(name, sha256));
          await rm(path, { force: true });
        }
        return first;
      }
      throw stuckRecord(this.#objects.name, name);
    } catch (error) {
      throw writingError(this.#cache, error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async remove(name: string): Promise<void> {
    const record = parseRecord((await this.#objects.get(this.#recordOf(name)))?.toString('utf8') ?? '');
    await this.#objects.remove(this.#recordOf(name));
    if (record !== undefined) {
      await this.#objects.remove(this.#rowsOf(name, record.sha256));
      await rm(join(this.#cache, rowsName(name, record.sha256)), { force: true });
    }
    this.#names.delete(name);
  }

  /** The file of a part's rows, fetched where it is not here yet; undefined where the object is not what was written. */
  async #fetched(name: string, sha256: string): Promise<string | undefined> {
    const path = join(this.#cache, rowsName(name, sha256));
    if ((await digestOf(path)) === sha256) return path;
    const bytes = await this.#objects.get(this.#rowsOf(name, sha256));
    if (bytes === undefined) return undefined;
    const temporary = join(this.#cache, ownedName(unfinishedPrefix));
    try {
      await writeFile(temporary, bytes);
      if ((await digestOf(temporary)) !== sha256) return undefined;
      await rename(temporary, path);
      return path;
    } catch (error) {
      throw writingError(this.#cache, error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  #recordOf(name: string): string {
    return `${this.#prefix}${name}${recordEnd}`;
  }

  #rowsOf(name: string, sha256: string): string {
    return `${this.#prefix}${rowsName(name, sha256)}`;
  }
}
