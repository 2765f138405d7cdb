import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import { readTextFile } from '../../files/read-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { fileSha256 } from '../../models/artifact.ts';
import { outcomeLayout } from './outcome-key.ts';
import { inOrder, type RowRange, rowsBeside, rowsWithin } from './row-range.ts';

/** Where finished work is kept. */
export interface StoreSettings {
  /** The folder of the outcome store, made if it is not there. */
  readonly folder: string;
  /** Forgets what is stored for this work, and does it anew. */
  readonly fresh: boolean;
}

/** A file of the store. */
interface StoredFile extends RowRange {
  readonly sha256: string;
}

/** Whether answers depend on what shares a batch with a request. */
export interface BatchResult {
  /** Why the version has to be asked one by one; null where its answers are the same either way. */
  readonly oneByOne: string | null;
}

/** How the names of files begin that are being written. */
const unfinishedPrefix = '.unfinished-';

/** What the store knows of one key: written anew, atomically, after each file. */
interface Manifest {
  readonly format: number;
  /** The library that computed the outcomes, such as `wasm`. */
  readonly backend: string;
  /**
   * Most memory that a process had resident in bytes, over all that computed any of the rows; 0 before the first.
   * Null where one of them could not tell.
   */
  readonly peakMemory: number | null;
  /** What is known of answers in batches; absent where nobody looked yet. */
  readonly batches?: BatchResult;
  /** In the order in which they were written; no two have a row in common. */
  readonly files: readonly StoredFile[];
}

/**
 * The stored outcomes of one key: Parquet files in `FOLDER/KEY/`, and a manifest of those that are complete. A file counts
 * only while it has the digest that the manifest holds, so what was cut or altered is made again.
 */
export class OutcomeStore {
  readonly #folder: string;
  #manifest: Manifest;

  /**
   * @param storeFolder the folder of all keys
   * @param fresh forgets what is stored under this key
   * @throws UserError (exit 5) when the folder cannot be written
   */
  static async open(storeFolder: string, key: string, fresh: boolean): Promise<OutcomeStore> {
    const folder = join(storeFolder, key);
    try {
      if (fresh) await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      await sweepAbandoned(folder, unfinishedPrefix);
    } catch (error) {
      throw unwritable(folder, error);
    }
    const stored = await readManifest(join(folder, 'manifest.json'));
    return new OutcomeStore(folder, stored ?? { format: outcomeLayout, backend: '', peakMemory: 0, files: [] });
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

  /** What was found out about answers in batches; undefined where nobody looked yet. */
  get batches(): BatchResult | undefined {
    return this.#manifest.batches;
  }

  /** Keeps what was found out about answers in batches. @throws UserError (exit 5) when it cannot be written */
  async noteBatches(batches: BatchResult): Promise<void> {
    try {
      await this.#keep({ ...this.#manifest, batches });
    } catch (error) {
      throw systemErrorCode(error) === undefined ? error : unwritable(this.#folder, error);
    }
  }

  /** Takes note of a process that computes rows; the next file to be written keeps it. @param bytes null where it cannot tell */
  notePeakMemory(bytes: number | null): void {
    const { peakMemory } = this.#manifest;
    const highest = bytes === null || peakMemory === null ? null : Math.max(bytes, peakMemory);
    this.#manifest = { ...this.#manifest, peakMemory: highest };
  }

  /** The Parquet files in order of their rows. */
  get paths(): readonly string[] {
    return inOrder(this.#manifest.files).map((file) => this.#pathOf(file));
  }

  /** Which of the rows 0 to `rows` - 1 are in no file, or in none that is still what was written; such files go. */
  async missing(rows: number): Promise<RowRange[]> {
    const intact: StoredFile[] = [];
    for (const file of this.#manifest.files) {
      const isIntact = (await digestOf(this.#pathOf(file))) === file.sha256;
      // Rows in two files would count twice.
      if (isIntact && rowsWithin(intact, file).length === 0) intact.push(file);
      else if (!isIntact) await rm(this.#pathOf(file), { force: true });
    }
    this.#manifest = { ...this.#manifest, files: intact };
    return rowsBeside(intact, { from: 0, to: rows });
  }

  /** Forgets all rows, because another backend goes on. */
  async restart(backend: string): Promise<void> {
    for (const path of this.paths) await rm(path, { force: true });
    const { format } = this.#manifest;
    this.#manifest = { format, backend, peakMemory: 0, files: [] };
  }

  /**
   * Adds rows.
   *
   * @param write makes the Parquet file at the path that it is given
   * @throws UserError (exit 5) when the file cannot be written
   */
  async add({ from, to }: RowRange, write: (path: string) => Promise<void>): Promise<void> {
    const temporary = join(this.#folder, ownedName(unfinishedPrefix));
    try {
      await write(temporary);
      const sha256 = await fileSha256(temporary);
      await rename(temporary, this.#pathOf({ from, to }));
      const files = [...this.#manifest.files, { from, to, sha256 }];
      await this.#keep({ ...this.#manifest, files });
    } catch (error) {
      const refused = systemErrorCode(error) !== undefined || messageOf(error).startsWith('IO Error');
      throw refused ? unwritable(this.#folder, error) : error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Only what is written counts: whoever could not write it does the work again. */
  async #keep(manifest: Manifest): Promise<void> {
    await replaceFile(join(this.#folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    // A process may have been noted meanwhile.
    this.#manifest = { ...manifest, peakMemory: this.#manifest.peakMemory };
  }

  #pathOf({ from, to }: RowRange): string {
    const [first, end] = [from, to].map((row) => String(row).padStart(9, '0'));
    return join(this.#folder, `rows-${first}-${end}.parquet`);
  }
}

/** The manifest at `path`; null when there is none or it is not one, since outcomes can be made again. */
async function readManifest(path: string): Promise<Manifest | null> {
  try {
    const parsed: unknown = JSON.parse(await readTextFile(path));
    return isManifest(parsed) ? parsed : null;
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) === 'ENOENT') return null;
    throw unusableFile(`The outcome store's ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  if (!('format' in value) || !('backend' in value) || !('peakMemory' in value) || !('files' in value)) return false;
  if ('batches' in value && !isBatchFinding(value.batches)) return false;
  return value.format === outcomeLayout && typeof value.backend === 'string' && Array.isArray(value.files);
}

function isBatchFinding(value: unknown): value is BatchResult {
  if (typeof value !== 'object' || value === null || !('oneByOne' in value)) return false;
  return value.oneByOne === null || typeof value.oneByOne === 'string';
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
    hint: 'Make the folder writable or free some space; what is finished is kept.',
    cause,
  });
}
