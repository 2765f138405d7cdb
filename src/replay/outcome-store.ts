import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { messageOf, systemErrorCode, unusableFile } from '../domain/errors.ts';
import { fileSha256 } from '../models/artifact.ts';
import { outcomeFormat } from './outcome-key.ts';

/** What the store knows of one key: written anew, atomically, after each part. */
interface Manifest {
  readonly format: number;
  /** Rows of every part but the last. */
  readonly partRows: number;
  /** The library that computed the outcomes, such as `wasm`. */
  readonly backend: string;
  /**
   * Most memory that a process had resident in bytes, over all that computed any of the parts; 0 before the first part.
   * Null where one of them could not tell, or was not asked.
   */
  readonly peakMemory: number | null;
  /** Part number to the sha256 of its file. */
  readonly parts: Readonly<Record<string, string>>;
}

/**
 * The stored outcomes of one key: Parquet files in `FOLDER/KEY/`, and a manifest of those that are complete. A part counts
 * only while its file has the digest that the manifest holds, so an interrupted, cut or altered part is made again.
 */
export class OutcomeStore {
  readonly #folder: string;
  #manifest: Manifest;

  /**
   * @param storeFolder the folder of all keys
   * @param partRows how the rows are cut into parts; parts of another cut are not used
   * @param fresh forgets what is stored under this key
   * @throws UserError (exit 5) when the folder cannot be written
   */
  static async open(storeFolder: string, key: string, partRows: number, fresh: boolean): Promise<OutcomeStore> {
    const folder = join(storeFolder, key);
    try {
      if (fresh) await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw unwritable(folder, error);
    }
    const stored = await readManifest(join(folder, 'manifest.json'));
    const usable = stored !== null && stored.format === outcomeFormat && stored.partRows === partRows;
    const empty = { format: outcomeFormat, partRows, backend: '', peakMemory: 0, parts: {} };
    return new OutcomeStore(folder, usable ? stored : empty);
  }

  private constructor(folder: string, manifest: Manifest) {
    this.#folder = folder;
    this.#manifest = manifest;
  }

  /** The library that computed what is stored; empty while nothing is. */
  get backend(): string {
    return this.#manifest.backend;
  }

  /** Most memory that was resident while what is stored was computed, in bytes; null where nobody knows. */
  get peakMemory(): number | null {
    return this.#manifest.peakMemory === 0 ? null : this.#manifest.peakMemory;
  }

  /** Takes note of a process that computes parts; the next part to be written keeps it. @param bytes null where it cannot tell */
  notePeakMemory(bytes: number | null): void {
    const { peakMemory } = this.#manifest;
    const highest = bytes === null || peakMemory === null ? null : Math.max(bytes, peakMemory);
    this.#manifest = { ...this.#manifest, peakMemory: highest };
  }

  pathOf(part: number): string {
    return join(this.#folder, `part-${String(part).padStart(5, '0')}.parquet`);
  }

  /** Which of the parts 0 to `count` - 1 are missing or not what was written. */
  async missingParts(count: number): Promise<number[]> {
    const missing: number[] = [];
    for (let part = 0; part < count; part += 1) {
      const recorded = this.#manifest.parts[part];
      if (recorded === undefined || (await digestOf(this.pathOf(part))) !== recorded) missing.push(part);
    }
    return missing;
  }

  /** Forgets all parts, because another backend goes on. */
  restart(backend: string): void {
    this.#manifest = { ...this.#manifest, backend, peakMemory: 0, parts: {} };
  }

  /**
   * Adds a part.
   *
   * @param write makes the Parquet file at the path that it is given
   * @throws UserError (exit 5) when the file cannot be written
   */
  async writePart(part: number, write: (path: string) => Promise<void>): Promise<void> {
    const temporary = join(this.#folder, `.${randomUUID()}.tmp`);
    try {
      await write(temporary);
      const sha256 = await fileSha256(temporary);
      await rename(temporary, this.pathOf(part));
      this.#manifest = { ...this.#manifest, parts: { ...this.#manifest.parts, [part]: sha256 } };
      await writeFileAtomic(join(this.#folder, 'manifest.json'), `${JSON.stringify(this.#manifest, null, 2)}\n`);
    } catch (error) {
      const refused = systemErrorCode(error) !== undefined || messageOf(error).startsWith('IO Error');
      throw refused ? unwritable(this.#folder, error) : error;
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

/** The manifest at `path`; null when there is none or it is not one, since outcomes can be made again. */
async function readManifest(path: string): Promise<Manifest | null> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!isManifest(parsed)) return null;
    // A canary that did not look at memory wrote no such key.
    const { peakMemory } = parsed;
    return { ...parsed, peakMemory: typeof peakMemory === 'number' ? peakMemory : null };
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) === 'ENOENT') return null;
    throw unusableFile(`The outcome store's ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function isManifest(value: unknown): value is Omit<Manifest, 'peakMemory'> & { readonly peakMemory?: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  if (!('format' in value) || !('partRows' in value) || !('backend' in value) || !('parts' in value)) return false;
  return typeof value.backend === 'string' && typeof value.parts === 'object' && value.parts !== null;
}

async function digestOf(path: string): Promise<string | null> {
  try {
    return await fileSha256(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}

function unwritable(folder: string, cause: unknown): Error {
  return unusableFile(`The outcome store ${folder} cannot be written: ${messageOf(cause)}`, {
    hint: 'Make the folder writable or free some space; finished parts are kept.',
    cause,
  });
}
