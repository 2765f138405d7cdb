import type { ReplayWindow } from '../replay-windows.ts';
import { batchesFile, type BatchResult, parseBatchResult } from './batch-result.ts';
import { Parts, type StoredPart } from './parts.ts';
import { inOrder, type RowRange, rowsBeside, rowsWithin } from './row-range.ts';
import { bytesOf, type StoreFiles, textIn } from './store-files.ts';
import { filesAt, type StoreLocation } from './store-place.ts';
import {
  backendFolder,
  finishedIn,
  forget,
  type NamedPiece,
  pieceName,
  piecesByWindow,
  piecesFolder,
  type StoredBackend,
  storedBackends,
} from './stored-backends.ts';

/** Where finished work is kept. */
export interface StoreSettings extends StoreLocation {
  /** Forgets what is stored for this work, and does it anew. */
  readonly fresh: boolean;
}

/** A stored file of outcomes, and the place of its first row among all requests. */
export interface OutcomePart {
  readonly path: string;
  readonly from: number;
  /** The name of the machine that made it; null where an earlier canary did not say. */
  readonly host: string | null;
}

/** So many windows are looked for at once. */
const openedAtOnce = 8;

/** What is stored of a window that nobody finished. */
interface Piece extends NamedPiece {
  readonly part: StoredPart;
}

/**
 * The stored outcomes of one version, asked in one way, for the windows of one table of requests. They lie in `FOLDER/KEY/BACKEND/`: a part
 * for each window that is finished, named by the window's digest, and pieces of a window that was interrupted. Only finished windows are
 * results; pieces save whoever goes on from asking again.
 */
export class OutcomeStore {
  readonly #files: StoreFiles;
  readonly #key: string;
  readonly #windows: readonly ReplayWindow[];
  readonly #finished = new Map<string, StoredPart>();
  readonly #pieces = new Map<string, Piece[]>();
  #backend = '';
  #parts: Parts | undefined;
  /** What there was when the store was looked through; undefined before the first time. */
  #seen: readonly StoredBackend[] | undefined;
  #batches: BatchResult | undefined;
  /** Of processes of this run that computed rows; 0 before the first. */
  #peakMemory: number | null = 0;

  /** Knows of nothing that is stored before it is told which backend to use. @param location of all keys */
  constructor(location: StoreLocation, key: string, windows: readonly ReplayWindow[]) {
    this.#files = filesAt(location);
    this.#key = key;
    this.#windows = windows;
  }

  /**
   * Looks through the whole store for what the backend computed that finished most of the windows.
   * @param forgotten windows of which nothing that is stored counts any more
   * @throws UserError (exit 5) when the store cannot be read or written
   */
  async open(forgotten: readonly ReplayWindow[]): Promise<void> {
    await this.#files.ready(this.#key);
    if (forgotten.length > 0) await forget(await storedBackends(this.#files, this.#key), forgotten);
    else this.#batches = parseBatchResult((await textIn(this.#files, this.#batchesFile)) ?? '');
    await this.refresh();
  }

  /** Looks for what others have finished since. @throws UserError (exit 5) when the store cannot be read */
  async refresh(): Promise<void> {
    this.#seen = await storedBackends(this.#files, this.#key);
    const counts = this.#seen.map((stored) => ({ stored, finished: finishedIn(stored, this.#windows) }));
    // Outcomes of two backends may differ in their last digits, so they are not mixed.
    const [fullest] = counts.toSorted((one, other) => other.finished - one.finished);
    if (fullest === undefined) return;
    const { name, names } = fullest.stored;
    if (name !== this.#backend) return await this.#open(fullest.stored);
    for (const window of this.#windows) if (names.has(window.digest)) await this.isFinished(window);
  }

  /** Where it lies, for messages. */
  get name(): string {
    return this.#files.name;
  }

  /** The library that computed what is stored; empty while nothing is. */
  get backend(): string {
    return this.#backend;
  }

  /** Most memory that was resident while the windows' outcomes were computed, in bytes; null where nobody knows. */
  get peakMemory(): number | null {
    const peaks = [...this.#finished.values()].map(({ peakMemory }) => peakMemory);
    return peaks.length === 0 ? null : highest(peaks);
  }

  /** What was found out about answers in batches; undefined where nobody looked yet. */
  get batches(): BatchResult | undefined {
    return this.#batches;
  }

  /** Keeps what was found out about answers in batches. @throws UserError (exit 5) when it cannot be written */
  async noteBatches(batches: BatchResult): Promise<void> {
    await this.#files.put(this.#batchesFile, bytesOf(`${JSON.stringify(batches)}\n`));
    this.#batches = batches;
  }

  /** Takes note of a process that computes rows; what is written next keeps it. @param bytes null where it cannot tell */
  notePeakMemory(bytes: number | null): void {
    this.#peakMemory = highest([bytes, this.#peakMemory]);
  }

  /** The finished windows' files, in order of their rows. */
  get parts(): readonly OutcomePart[] {
    return this.#windows.flatMap(({ digest, from }) => {
      const part = this.#finished.get(digest);
      return part === undefined ? [] : [{ path: part.path, from, host: part.host }];
    });
  }

  /** Which rows of a window nobody has computed. */
  missingOf(window: ReplayWindow): RowRange[] {
    return this.#finished.has(window.digest) ? [] : rowsBeside(this.#piecesOf(window), window);
  }

  /** Goes on with a backend. Where nobody looked through the store, it is asked for each of the windows alone. @throws UserError (exit 5) */
  async use(backend: string): Promise<void> {
    if (backend === this.#backend) return;
    const parts = new Parts(this.#files, backendFolder(this.#key, backend));
    const none = { name: backend, parts, names: new Set<string>() };
    if (this.#seen !== undefined) return await this.#open(this.#seen.find(({ name }) => name === backend) ?? none);
    const digests = this.#windows.map(({ digest }) => digest);
    await this.#open({ ...none, names: new Set([...digests, ...(await parts.names(piecesFolder))]) });
  }

  /** Whether a window is finished by now, by whomever. */
  async isFinished(window: ReplayWindow): Promise<boolean> {
    const { digest } = window;
    if (this.#finished.has(digest)) return true;
    const part = await this.#parts?.read(digest);
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
    const parts = this.#parts;
    const window = this.#windows.find(({ from, to }) => from <= range.from && range.to <= to);
    if (parts === undefined || window === undefined) throw new Error('rows were computed that nobody asked for');
    const pieces = this.#piecesOf(window);
    const { digest } = window;
    if (rowsBeside([...pieces, range], window).length > 0) {
      const name = pieceName(digest, range, window);
      const facts = { rows: range.to - range.from, peakMemory: this.#peak([]) };
      const part = await parts.add(name, facts, (path) => write(path, []));
      this.#pieces.set(digest, [...pieces, { ...range, name, part }]);
      return;
    }
    const facts = { rows: window.to - window.from, peakMemory: this.#peak(pieces) };
    const others = pieces.map(({ part }) => part.path);
    try {
      await this.#finish(digest, await parts.add(digest, facts, (path) => write(path, others)));
    } catch (error) {
      // Pieces go when their window is finished, so that whoever misses one was overtaken.
      if (!(await this.isFinished(window))) throw error;
    }
  }

  /** Takes a finished window's part, whose pieces nobody needs any more. */
  async #finish(digest: string, part: StoredPart): Promise<void> {
    this.#finished.set(digest, part);
    const pieces = this.#pieces.get(digest) ?? [];
    this.#pieces.delete(digest);
    for (const { name } of pieces) await this.#parts?.remove(name);
  }

  #piecesOf({ digest }: ReplayWindow): readonly Piece[] {
    return this.#pieces.get(digest) ?? [];
  }

  #peak(pieces: readonly Piece[]): number | null {
    return highest([this.#peakMemory, ...pieces.map(({ part }) => part.peakMemory)]);
  }

  async #open({ name, parts, names }: StoredBackend): Promise<void> {
    this.#finished.clear();
    this.#pieces.clear();
    this.#backend = name;
    this.#parts = parts;
    const kept = piecesByWindow(names);
    // Several at once, since the answer of a bucket takes a while.
    const windows = new Map(this.#windows.map((window) => [window.digest, window])).values();
    const next = async (): Promise<void> => {
      for (const window of windows)
        await this.#openWindow(window, parts, names.has(window.digest), kept.get(window.digest) ?? []);
    };
    await Promise.all(Array.from({ length: openedAtOnce }, next));
  }

  async #openWindow(
    window: ReplayWindow,
    parts: Parts,
    mayBeFinished: boolean,
    kept: readonly NamedPiece[],
  ): Promise<void> {
    if (mayBeFinished && (await this.isFinished(window))) {
      // Whoever was overtaken and then stopped left them.
      for (const { name } of kept) await parts.remove(name);
      return;
    }
    const whole: Piece[] = [];
    for (const { name, from, to } of inOrder(kept)) {
      const range = { from: window.from + from, to: window.from + to };
      // Rows in two files would count twice.
      const part = rowsWithin(whole, range).length === 0 ? await parts.read(name) : undefined;
      if (part !== undefined) whole.push({ ...range, name, part });
    }
    if (whole.length > 0) this.#pieces.set(window.digest, whole);
  }

  get #batchesFile(): string {
    return batchesFile(this.#key, this.#windows);
  }
}

/** The highest of some peaks; null where one of them is not known. */
function highest(peaks: readonly (number | null)[]): number | null {
  return peaks.reduce((most, peak) => (most === null || peak === null ? null : Math.max(most, peak)), 0);
}
