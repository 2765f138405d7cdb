import type { ReplayWindow } from '../replay-windows.ts';
import {
  type BackendFolder,
  backendFolders,
  finishedIn,
  folderName,
  forget,
  pieceName,
  piecesByWindow,
} from './backend-folder.ts';
import { batchesFile, type BatchResult, parseBatchResult } from './batch-result.ts';
import type { Parts, StoredPart } from './parts.ts';
import { inOrder, type RowRange, rowsBeside, rowsWithin } from './row-range.ts';
import { placeOf, type StoreLocation, type StorePlace } from './store-place.ts';

/** Where finished work is kept. */
export interface StoreSettings extends StoreLocation {
  /** Forgets what is stored for this work, and does it anew. */
  readonly fresh: boolean;
}

/** A stored file of outcomes, and the place of its first row among all requests. */
export interface OutcomePart {
  readonly path: string;
  readonly from: number;
}

/** So many windows are looked for at once. */
const openedAtOnce = 8;

/** What is stored of a window that nobody finished. */
interface Piece extends RowRange {
  readonly name: string;
  readonly part: StoredPart;
}

/**
 * The stored outcomes of one version, asked in one way, for the windows of one table of requests. They lie in `FOLDER/KEY/BACKEND/`: a part
 * for each window that is finished, named by the window's digest, and pieces of a window that was interrupted. Only finished windows are
 * results; pieces save whoever goes on from asking again.
 */
export class OutcomeStore {
  readonly #place: StorePlace;
  readonly #key: string;
  readonly #windows: readonly ReplayWindow[];
  readonly #parts = new Map<string, StoredPart>();
  readonly #pieces = new Map<string, Piece[]>();
  #backend = '';
  #files: Parts | undefined;
  #batches: BatchResult | undefined;
  /** Of processes of this run that computed rows; 0 before the first. */
  #peakMemory: number | null = 0;

  /**
   * @param location of all keys
   * @param forgotten windows of which nothing that is stored counts any more
   * @throws UserError (exit 5) when the folder cannot be written
   */
  static async open(
    location: StoreLocation,
    key: string,
    windows: readonly ReplayWindow[],
    forgotten: readonly ReplayWindow[],
  ): Promise<OutcomeStore> {
    const place = placeOf(location);
    const store = new OutcomeStore(place, key, windows);
    const folders = await backendFolders(place, key);
    if (forgotten.length > 0) await forget(folders, forgotten);
    else await store.#batchesFrom();
    await store.#openFullest(folders);
    return store;
  }

  /** Looks for what others have finished since. @throws UserError (exit 5) when the store cannot be read */
  async refresh(): Promise<void> {
    await this.#openFullest(await backendFolders(this.#place, this.#key));
  }

  /** Outcomes of two backends may differ in their last digits, so they are not mixed. */
  async #openFullest(folders: readonly BackendFolder[]): Promise<void> {
    const counts = folders.map(({ name, files }) => ({ name, files, finished: finishedIn(files, this.#windows) }));
    const [fullest] = counts.toSorted((one, other) => other.finished - one.finished);
    if (fullest === undefined) return;
    if (fullest.name !== this.#backend) return await this.#open(fullest.name, fullest.files);
    this.#files = fullest.files;
    for (const window of this.#windows) {
      if (fullest.files.names.has(window.digest)) await this.isFinished(window);
    }
  }

  private constructor(place: StorePlace, key: string, windows: readonly ReplayWindow[]) {
    this.#place = place;
    this.#key = key;
    this.#windows = windows;
  }

  /** Where it lies, for messages. */
  get name(): string {
    return this.#place.name;
  }

  /** The library that computed what is stored; empty while nothing is. */
  get backend(): string {
    return this.#backend;
  }

  /** Most memory that was resident while the windows' outcomes were computed, in bytes; null where nobody knows. */
  get peakMemory(): number | null {
    const peaks = [...this.#parts.values()].map((part) => part.peakMemory);
    const known = peaks.flatMap((peak) => peak ?? []);
    return known.length < peaks.length || known.length === 0 ? null : Math.max(...known);
  }

  /** What was found out about answers in batches; undefined where nobody looked yet. */
  get batches(): BatchResult | undefined {
    return this.#batches;
  }

  /** Keeps what was found out about answers in batches. @throws UserError (exit 5) when it cannot be written */
  async noteBatches(batches: BatchResult): Promise<void> {
    await this.#place.writeText(this.#batchesFile, `${JSON.stringify(batches)}\n`);
    this.#batches = batches;
  }

  /** Takes note of a process that computes rows; what is written next keeps it. @param bytes null where it cannot tell */
  notePeakMemory(bytes: number | null): void {
    this.#peakMemory = bytes === null || this.#peakMemory === null ? null : Math.max(bytes, this.#peakMemory);
  }

  /** The finished windows' files, in order of their rows. */
  get parts(): readonly OutcomePart[] {
    return this.#windows.flatMap(({ digest, from }) => {
      const part = this.#parts.get(digest);
      return part === undefined ? [] : [{ path: part.path, from }];
    });
  }

  /** Which rows of a window nobody has computed. */
  missingOf(window: ReplayWindow): RowRange[] {
    return this.#parts.has(window.digest) ? [] : rowsBeside(this.#piecesOf(window), window);
  }

  /** Goes on with another backend. */
  async use(backend: string): Promise<void> {
    if (backend === this.#backend) return;
    await this.#open(backend, await this.#place.parts(`${this.#key}/${folderName(backend)}`));
  }

  /** Whether a window is finished by now, by whomever. */
  async isFinished(window: ReplayWindow): Promise<boolean> {
    const { digest } = window;
    if (this.#parts.has(digest)) return true;
    const part = await this.#files?.read(digest);
    if (part !== undefined) await this.#finish(digest, part);
    return part !== undefined;
  }

  /**
   * Adds rows of one window: the last that it lacks finish it, others are kept as a piece of it.
   *
   * @param write makes the Parquet file at the path that it is given, of these rows and of those in the files
   * @throws UserError (exit 5) when it cannot be written
   */
  async add(range: RowRange, write: (path: string, others: readonly string[]) => Promise<void>): Promise<void> {
    const files = this.#files;
    const window = this.#windows.find(({ from, to }) => from <= range.from && range.to <= to);
    if (files === undefined || window === undefined) throw new Error('rows were computed that nobody asked for');
    const pieces = this.#piecesOf(window);
    const { digest } = window;
    if (rowsBeside([...pieces, range], window).length > 0) {
      const name = pieceName(digest, range, window);
      const facts = { rows: range.to - range.from, peakMemory: this.#peak([]) };
      const part = await files.add(name, facts, (path) => write(path, []));
      this.#pieces.set(digest, [...pieces, { ...range, name, part }]);
      return;
    }
    const facts = { rows: window.to - window.from, peakMemory: this.#peak(pieces) };
    const others = pieces.map(({ part }) => part.path);
    try {
      await this.#finish(digest, await files.add(digest, facts, (path) => write(path, others)));
    } catch (error) {
      // Pieces go when their window is finished, so that whoever misses one was overtaken.
      if (!(await this.isFinished(window))) throw error;
    }
  }

  /** Takes a finished window's part, whose pieces nobody needs any more. */
  async #finish(digest: string, part: StoredPart): Promise<void> {
    this.#parts.set(digest, part);
    const pieces = this.#pieces.get(digest) ?? [];
    this.#pieces.delete(digest);
    for (const { name } of pieces) await this.#files?.remove(name);
  }

  #piecesOf({ digest }: ReplayWindow): readonly Piece[] {
    return this.#pieces.get(digest) ?? [];
  }

  #peak(pieces: readonly Piece[]): number | null {
    const peaks = [this.#peakMemory, ...pieces.map(({ part }) => part.peakMemory)];
    const known = peaks.flatMap((peak) => peak ?? []);
    return known.length < peaks.length ? null : Math.max(...known);
  }

  async #open(backend: string, files: Parts): Promise<void> {
    this.#parts.clear();
    this.#pieces.clear();
    this.#backend = backend;
    this.#files = files;
    const kept = piecesByWindow(files.names);
    // Several at once, since the answer of a bucket takes a while.
    const windows = new Map(this.#windows.map((window) => [window.digest, window])).values();
    const next = async (): Promise<void> => {
      for (const window of windows) await this.#openWindow(window, files, kept.get(window.digest) ?? []);
    };
    await Promise.all(Array.from({ length: openedAtOnce }, next));
  }

  async #openWindow(
    window: ReplayWindow,
    files: Parts,
    kept: readonly (RowRange & { readonly name: string })[],
  ): Promise<void> {
    if (files.names.has(window.digest) && (await this.isFinished(window))) {
      // Whoever was overtaken and then stopped left them.
      for (const { name } of kept) await files.remove(name);
      return;
    }
    const whole: Piece[] = [];
    for (const { name, from, to } of inOrder(kept)) {
      const range = { from: window.from + from, to: window.from + to };
      // Rows in two files would count twice.
      const part = rowsWithin(whole, range).length === 0 ? await files.read(name) : undefined;
      if (part !== undefined) whole.push({ ...range, name, part });
    }
    if (whole.length > 0) this.#pieces.set(window.digest, whole);
  }

  async #batchesFrom(): Promise<void> {
    this.#batches = parseBatchResult((await this.#place.readText(this.#batchesFile)) ?? '');
  }

  get #batchesFile(): string {
    return batchesFile(this.#key, this.#windows);
  }
}
