import { inOrder, type RowRange } from './row-range.ts';

/** A file costs as much as thousands of rows in it, so finished rows wait so long for the rest of their window; a kill loses so much. */
const firstWaitMs = 1000;
/** A slow model would leave a file a second, so each wait is twice the one before, up to this. */
const longestWaitMs = 16_000;
/** More rows than this in windows that are not finished do not wait. */
const mostRows = 16_384;

/** Finished rows of one window. */
export interface WindowRows extends RowRange {
  readonly window: RowRange;
}

/**
 * Keeps finished chunks until their window is whole, or until it is worth writing what there is of it; files are written while the next
 * chunks are computed.
 */
export class WriteBehind<Chunk extends WindowRows> {
  readonly #write: (chunks: readonly Chunk[]) => Promise<void>;
  readonly #inStore: (window: Chunk['window']) => number;
  #waiting: Chunk[] = [];
  #waitMs = firstWaitMs;
  #timer: NodeJS.Timeout | undefined;
  /** Never rejects. */
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param write stores chunks of one window that follow one another without a gap, in order
   * @param inStore how many rows of a window are stored
   */
  constructor(write: (chunks: readonly Chunk[]) => Promise<void>, inStore: (window: Chunk['window']) => number) {
    this.#write = write;
    this.#inStore = inStore;
  }

  /** Takes a chunk; waits where more is computed than can be written. @throws whatever a write before threw */
  async add(chunk: Chunk): Promise<void> {
    this.#waiting.push(chunk);
    this.#timer ??= this.#nextTime();
    const { window } = chunk;
    const isWhole = this.#rowsOf(window) + this.#inStore(window) >= window.to - window.from;
    if (isWhole) {
      await this.#writing;
      this.#begin((waiting) => waiting.window.from === window.from);
    } else if (this.#waiting.reduce((sum, { from, to }) => sum + to - from, 0) >= mostRows) {
      await this.#writing;
      this.#begin(() => true);
    }
    this.#throwFailure();
  }

  /** Writes everything that waits, also what could not be written before. @throws whatever a write throws now */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    this.#failure = undefined;
    this.#begin(() => true);
    await this.#writing;
    this.#throwFailure();
  }

  #nextTime(): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timer = undefined;
      this.#begin(() => true);
    }, this.#waitMs);
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
    return timer;
  }

  #rowsOf(window: RowRange): number {
    return this.#waiting.reduce(
      (sum, chunk) => sum + (chunk.window.from === window.from ? chunk.to - chunk.from : 0),
      0,
    );
  }

  #begin(isTaken: (chunk: Chunk) => boolean): void {
    const runs = runsOf(inOrder(this.#waiting.filter(isTaken)));
    this.#waiting = this.#waiting.filter((chunk) => !isTaken(chunk));
    this.#writing = this.#writing.then(() => this.#writeAll(runs));
  }

  async #writeAll(runs: readonly (readonly Chunk[])[]): Promise<void> {
    for (const [index, run] of runs.entries()) {
      try {
        await this.#write(run);
      } catch (error) {
        this.#failure = { error };
        this.#waiting.push(...runs.slice(index).flat());
        return;
      }
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** Cuts chunks in order wherever one does not begin where the one before ends, or is of another window. */
function runsOf<Chunk extends WindowRows>(chunks: readonly Chunk[]): Chunk[][] {
  const runs: Chunk[][] = [];
  for (const chunk of chunks) {
    const last = runs.at(-1);
    const before = last?.at(-1);
    if (before !== undefined && before.to === chunk.from && before.window.from === chunk.window.from) last?.push(chunk);
    else runs.push([chunk]);
  }
  return runs;
}
