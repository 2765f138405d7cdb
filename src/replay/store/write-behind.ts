import { inOrder, type RowRange } from './row-range.ts';

/** A file costs as much as thousands of rows in it, so finished rows wait so long for others; a kill loses so much. */
const waitMs = 1000;
/** More rows than this do not wait. */
const mostRows = 8192;

/** Keeps finished chunks until it is worth writing a file of them, which is written while the next are computed. */
export class WriteBehind<Chunk extends RowRange> {
  readonly #write: (chunks: readonly Chunk[]) => Promise<void>;
  #waiting: Chunk[] = [];
  #rows = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Never rejects. */
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** @param write stores chunks that follow one another without a gap, in order */
  constructor(write: (chunks: readonly Chunk[]) => Promise<void>) {
    this.#write = write;
  }

  /** Takes a chunk; waits where more is computed than can be written. @throws whatever a write before threw */
  async add(chunk: Chunk): Promise<void> {
    this.#keep([chunk]);
    this.#timer ??= setTimeout(() => this.#begin(), waitMs);
    if (this.#rows >= mostRows) {
      await this.#writing;
      this.#begin();
    }
    this.#throwFailure();
  }

  /** Writes everything that waits, also what could not be written before. @throws whatever a write throws now */
  async flush(): Promise<void> {
    await this.#writing;
    this.#failure = undefined;
    this.#begin();
    await this.#writing;
    this.#throwFailure();
  }

  #keep(chunks: readonly Chunk[]): void {
    this.#waiting.push(...chunks);
    this.#rows += chunks.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const runs = runsOf(inOrder(this.#waiting));
    this.#waiting = [];
    this.#rows = 0;
    this.#writing = this.#writing.then(() => this.#writeAll(runs));
  }

  async #writeAll(runs: readonly (readonly Chunk[])[]): Promise<void> {
    for (const [index, run] of runs.entries()) {
      try {
        await this.#write(run);
      } catch (error) {
        this.#failure = { error };
        this.#keep(runs.slice(index).flat());
        return;
      }
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** Cuts chunks in order wherever one does not begin where the one before ends. */
function runsOf<Chunk extends RowRange>(chunks: readonly Chunk[]): Chunk[][] {
  const runs: Chunk[][] = [];
  for (const chunk of chunks) {
    const last = runs.at(-1);
    if (last?.at(-1)?.to === chunk.from) last.push(chunk);
    else runs.push([chunk]);
  }
  return runs;
}
