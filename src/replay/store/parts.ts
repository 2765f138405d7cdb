import { parsedJson } from '../../files/parsed-json.ts';
import { hostname } from 'node:os';
import { dirname } from 'node:path/posix';
import { unusableFile } from '../../domain/errors.ts';
import { bytesOf, type StoreFiles, textIn } from './store-files.ts';

/** How the names of records end. */
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
  /** The name of the machine that made it; null where an earlier canary did not say. */
  readonly host: string | null;
  /** Its Parquet file on this machine. */
  readonly path: string;
}

/** What the record of a part says: it is there when its record is. */
interface PartRecord extends PartFacts {
  readonly sha256: string;
  readonly host?: string;
}

/**
 * Immutable Parquet files of one folder of a store by name, that many processes, also of several machines, may write at once. A part is there when
 * its record `NAME.json` is, of which the first stands. The record holds the digest of the Parquet file, so what was cut or altered counts as missing.
 */
export class Parts {
  readonly #files: StoreFiles;
  readonly #folder: string;

  /** @param folder path in the store, such as `requests` */
  constructor(files: StoreFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /**
   * The names of the parts that are there, of which some may be damaged.
   * @param below looks at the parts of this folder among them
   * @throws UserError (exit 5) when they cannot be listed
   */
  async names(below?: string): Promise<ReadonlySet<string>> {
    if (below === undefined) return namesOfRecords(await this.#files.list(this.#folder));
    const files = await this.#files.list(`${this.#folder}/${below}`);
    return namesOfRecords(files.map((file) => `${below}/${file}`));
  }

  /** A part as it stands now; undefined where there is none, or it is not what was written: that one goes. @throws UserError (exit 5) */
  async read(name: string): Promise<StoredPart | undefined> {
    const text = await textIn(this.#files, this.#recordOf(name));
    if (text === undefined) return undefined;
    const record = parseRecord(text);
    if (record !== undefined) {
      const { sha256, rows, peakMemory, host = null } = record;
      const path = await this.#files.local(this.#rowsOf(name, sha256), sha256);
      if (path !== undefined) return { path, rows, peakMemory, host };
    }
    // Another process may have made it anew meanwhile, and be about to write such rows again: those stay, and are written over.
    if ((await textIn(this.#files, this.#recordOf(name))) === text) await this.#files.remove(this.#recordOf(name));
    return undefined;
  }

  /**
   * Adds a part.
   * @param write makes the Parquet file at the path that it is given
   * @returns the part that stands: another one where somebody was first
   * @throws UserError (exit 5) when it cannot be written
   */
  async add(name: string, facts: PartFacts, write: (path: string) => Promise<void>): Promise<StoredPart> {
    const { path, sha256 } = await this.#files.make(dirname(this.#recordOf(name)), write, (digest) =>
      this.#rowsOf(name, digest),
    );
    const host = hostname();
    const record = bytesOf(`${JSON.stringify({ ...facts, sha256, host })}\n`);
    for (let tries = 0; tries < mostTries; tries += 1) {
      if (await this.#files.putNew(this.#recordOf(name), record)) return { ...facts, path, host };
      const first = await this.read(name);
      if (first === undefined) continue;
      if (first.path !== path) await this.#files.remove(this.#rowsOf(name, sha256));
      return first;
    }
    throw unusableFile(
      `The outcome store ${this.#files.name} holds a record that cannot be replaced: ${this.#recordOf(name)}`,
    );
  }

  /** Forgets a part. @throws UserError (exit 5) */
  async remove(name: string): Promise<void> {
    const record = parseRecord((await textIn(this.#files, this.#recordOf(name))) ?? '');
    await this.#files.remove(this.#recordOf(name));
    if (record !== undefined) await this.#files.remove(this.#rowsOf(name, record.sha256));
  }

  #recordOf(name: string): string {
    return `${this.#folder}/${name}${recordEnd}`;
  }

  /** The file of a part's rows, whose name says which rows they are. */
  #rowsOf(name: string, sha256: string): string {
    return `${this.#folder}/${name}.${sha256.slice(0, 16)}.parquet`;
  }
}

/** The names of parts among those of files. */
export function namesOfRecords(files: readonly string[]): Set<string> {
  return new Set(files.filter((file) => file.endsWith(recordEnd)).map((file) => file.slice(0, -recordEnd.length)));
}

/** What a record says; undefined for a text that is none. */
function parseRecord(text: string): PartRecord | undefined {
  const value = parsedJson(text);
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is PartRecord {
  if (typeof value !== 'object' || value === null) return false;
  if (!('sha256' in value) || !('rows' in value) || !('peakMemory' in value)) return false;
  if ('host' in value && typeof value.host !== 'string') return false;
  if (typeof value.sha256 !== 'string' || !/^[\da-f]{64}$/u.test(value.sha256)) return false;
  return Number.isSafeInteger(value.rows) && (value.peakMemory === null || typeof value.peakMemory === 'number');
}
