import type { Database } from '../../database/database.ts';
import { quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { unusableFile } from '../../domain/errors.ts';
import {
  type CutRequests,
  inWindowSql,
  planWindows,
  type ReplayWindow,
  type ReplayWindows,
  windowDigest,
  windowRows,
} from '../replay-windows.ts';
import { rowsOf, type WindowRows } from '../window-rows.ts';
import { parquetRows } from './parquet-table.ts';
import { Parts } from './parts.ts';
import { bytesOf, type StoreFiles, textIn } from './store-files.ts';
import type { SampleStrata } from './sample-strata.ts';
import { filesAt, type StoreLocation } from './store-place.ts';

/** Raised when a job is written otherwise. */
const jobFormat = 2;
/** So many windows are written at once, since the answer of a bucket takes a while. */
const writtenAtOnce = 4;
/** Where in a store the windows of requests are. */
const requestsPath = 'requests';

/** A file of the log as it was when it was read. */
export interface PreparedFile {
  readonly path: string;
  readonly bytes: number;
}

/** Windows of requests that lie in a store. */
export interface StoredRequests {
  /** The windows for versions that compute so many requests at once. */
  windows(batch: number): ReplayWindows;
  /** The requests of a window. @throws UserError (exit 5) where they are not, or not as they were, in the store */
  read(db: Database, window: Pick<ReplayWindow, 'digest'>): Promise<WindowRows>;
}

interface RequestJob {
  readonly format: number;
  readonly files: readonly PreparedFile[];
  /** The log cut into windows of so many requests. */
  readonly cuts: readonly (ReplayWindows & { readonly windowRows: number })[];
}

/**
 * A log as windows in the store: `jobs/NAME.json` says which they are, and each is a part of `requests/`, named by its digest. Whoever replays
 * them needs no log. A log that grew has the windows that it had.
 */
export class PreparedRequests implements StoredRequests {
  readonly #files: StoreFiles;
  readonly #job: RequestJob;

  /** The job of that name; undefined where nobody prepared it. @throws UserError (exit 5) where it cannot be used */
  static async find(location: StoreLocation, name: string): Promise<PreparedRequests | undefined> {
    const files = filesAt(location);
    const text = await textIn(files, jobPath(name));
    return text === undefined
      ? undefined
      : new PreparedRequests(files, parseJob(text, `${files.name}/${jobPath(name)}`));
  }

  /**
   * Writes the windows of a table of requests that are not there, and then the job.
   * @param requests whose table has the column `label` too
   * @param batches how many requests its versions compute at once
   * @throws UserError (exit 5) when the store cannot be written
   */
  static async prepare(
    db: Database,
    { table, strata }: Pick<CutRequests, 'table'> & { readonly strata?: SampleStrata },
    { location, name, batches, files, onProgress }: Preparing,
  ): Promise<PreparedRequests> {
    const requests = { table, strata, truth: true };
    const sizes = new Map(batches.map((batch) => [windowRows(batch), batch]));
    const cuts = [];
    for (const [rows, batch] of sizes) cuts.push({ windowRows: rows, ...(await planWindows(db, requests, batch)) });
    const store = filesAt(location);
    const job = { format: jobFormat, files, cuts };
    const prepared = new PreparedRequests(store, job);
    await prepared.restore(db, requests, onProgress);
    await strata?.keep();
    await store.put(jobPath(name), bytesOf(`${JSON.stringify(job)}\n`));
    return prepared;
  }

  private constructor(files: StoreFiles, job: RequestJob) {
    this.#files = files;
    this.#job = job;
  }

  get files(): readonly PreparedFile[] {
    return this.#job.files;
  }

  /** How many requests there are, and in how many windows. */
  get size(): { readonly requests: number; readonly windows: number } {
    const [cut] = this.#job.cuts;
    return { requests: cut?.rows ?? 0, windows: cut?.windows.length ?? 0 };
  }

  windows(batch: number): ReplayWindows {
    const cut = this.#job.cuts.find((each) => each.windowRows === windowRows(batch));
    if (cut === undefined) throw new Error(`the job has no windows for batches of ${batch}`);
    return cut;
  }

  /** Writes the windows that the store lacks, from the table that they are of. @returns how many those were */
  async restore(
    db: Database,
    requests: CutRequests,
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<number> {
    await this.#files.ready(requestsPath);
    const parts = new Parts(this.#files, requestsPath);
    const names = await parts.names();
    const windows = new Map(this.#job.cuts.flatMap((cut) => cut.windows.map((window) => [window.digest, window])));
    const missing = [...windows.values()].filter(({ digest }) => !names.has(digest));
    let done = 0;
    const left = missing.values();
    const next = async (): Promise<void> => {
      for (const window of left) {
        await writeWindow(db, requests, parts, window);
        done += 1;
        onProgress(done, missing.length);
      }
    };
    await Promise.all(Array.from({ length: writtenAtOnce }, next));
    return missing.length;
  }

  async read(db: Database, { digest }: Pick<ReplayWindow, 'digest'>): Promise<WindowRows> {
    return await readRequests(db, this.#files, digest);
  }
}

/** What preparing needs besides the table. */
interface Preparing {
  readonly location: StoreLocation;
  /** Of the job: hex digits that another log, or another way to read it, does not have. */
  readonly name: string;
  readonly batches: readonly number[];
  readonly files: readonly PreparedFile[];
  readonly onProgress: (done: number, total: number) => void;
}

/** One window of a store, of so many requests, by its digest alone. */
export function storedWindow(
  location: StoreLocation,
  { digest, rows }: { digest: string; rows: number },
): StoredRequests {
  const files = filesAt(location);
  const window = { digest, from: 0, to: rows, firstSeq: 0, lastSeq: rows - 1, stratum: 0 };
  return {
    windows: () => ({ rows, windows: [window] }),
    read: async (db) => await readRequests(db, files, digest),
  };
}

async function readRequests(db: Database, files: StoreFiles, digest: string): Promise<WindowRows> {
  const parts = new Parts(files, requestsPath);
  const part = await parts.read(digest);
  const rows = part === undefined ? '' : parquetRows([part.path]);
  const [found] =
    part === undefined ? [] : await db.rows(`SELECT ${windowDigest('place', true)} AS digest FROM ${rows}`);
  if (found?.['digest'] === digest) return await rowsOf(db, `SELECT input, label FROM ${rows} ORDER BY place`, true);
  if (part !== undefined) await parts.remove(digest);
  throw unusableFile(`The store ${files.name} lacks the requests of the window ${digest.slice(0, 16)}`, {
    hint: 'canary replay PLAN --store DIR --prepare stores them again.',
  });
}

async function writeWindow(
  db: Database,
  { table, strata }: CutRequests,
  parts: Parts,
  window: ReplayWindow,
): Promise<void> {
  const { digest, from, to } = window;
  await parts.add(digest, { rows: to - from, peakMemory: null }, (path) =>
    db.run(
      `COPY (SELECT row_number() OVER (ORDER BY seq) - 1 AS place, input, label FROM ${quoteIdentifier(table)}
        WHERE ${inWindowSql(strata, window)} ORDER BY seq) TO ${quoteLiteral(path)} (FORMAT parquet)`,
    ),
  );
}

function jobPath(name: string): string {
  return `jobs/${name}.json`;
}

function parseJob(text: string, file: string): RequestJob {
  const hint = 'canary replay PLAN --store DIR --prepare writes it again.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusableFile(`${file} is not JSON`, { hint, cause: error });
  }
  if (isJob(value)) return value;
  const isNewer = typeof value === 'object' && value !== null && 'format' in value && Number(value.format) > jobFormat;
  throw unusableFile(`${file} is ${isNewer ? 'from a newer canary' : 'not a list of windows'}`, { hint });
}

function isJob(value: unknown): value is RequestJob {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== jobFormat) return false;
  return 'files' in value && Array.isArray(value.files) && 'cuts' in value && Array.isArray(value.cuts);
}
