import { randomInt } from 'node:crypto';
import type { ReplayWindow } from './replay-windows.ts';
import type { WindowRows } from './window-rows.ts';
import { countRows, type RowRange, rowsWithin } from './store/row-range.ts';

/** Requests that follow one another. */
export interface RequestChunk extends RowRange, WindowRows {
  /** The window that they are all of. */
  readonly window: ReplayWindow;
}

/** Where requests come from. */
interface RequestSource {
  readonly read: (window: ReplayWindow) => Promise<WindowRows>;
  readonly windows: readonly ReplayWindow[];
  /** Whether another process has finished a window by now. */
  readonly isFinished: (window: ReplayWindow) => Promise<boolean>;
  /** Called with the number of requests that another process saved this one. */
  readonly onSaved: (requests: number) => void;
}

/** Requests as they are asked for, in chunks of a size that follows the answers. */
export interface RequestChunks {
  readonly chunks: AsyncGenerator<RequestChunk, void>;
  readonly size: ChunkSize;
}

/**
 * Reads requests window by window, each while the model is at work on the one before, and the first one at once. They come in an order
 * that is another one at each run, so that processes which share the work seldom meet, and what another one finished is passed over.
 *
 * @param missing which of them; each range begins with a batch of its window
 */
export function requestChunks(source: RequestSource, missing: readonly RowRange[], batch: number): RequestChunks {
  const wanted = source.windows.filter((window) => rowsWithin(missing, window).length > 0);
  const windows = shuffled(wanted);
  const size = new ChunkSize(batch);
  return { chunks: chunksOf(source, windows, missing, size, readAhead(source, windows[0])), size };
}

/** Each order is as likely as any other (Durstenfeld 1964). */
function shuffled(windows: readonly ReplayWindow[]): readonly ReplayWindow[] {
  const order = [...windows];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const drawn = randomInt(last + 1);
    const window = order[drawn];
    const other = order[last];
    if (window !== undefined && other !== undefined) [order[drawn], order[last]] = [other, window];
  }
  return order;
}

async function* chunksOf(
  source: RequestSource,
  windows: readonly ReplayWindow[],
  missing: readonly RowRange[],
  size: ChunkSize,
  first: Promise<WindowRows>,
): AsyncGenerator<RequestChunk, void> {
  let upcoming = first;
  for (const [index, window] of windows.entries()) {
    const { inputs, trueLabels } = await upcoming;
    upcoming = readAhead(source, windows[index + 1]);
    if (await source.isFinished(window)) {
      source.onSaved(countRows(rowsWithin(missing, window)));
      continue;
    }
    for (const range of rowsWithin(missing, window)) {
      let { from } = range;
      while (from < range.to) {
        const to = Math.min(from + size.rows, range.to);
        const part = <Value>(values: readonly Value[]) => values.slice(from - window.from, to - window.from);
        yield { from, to, window, inputs: part(inputs), trueLabels: part(trueLabels) };
        from = to;
      }
    }
  }
}

/** Nobody waits for it yet; a failure is thrown where it is awaited. */
function readAhead(source: RequestSource, window: ReplayWindow | undefined): Promise<WindowRows> {
  const reading = window === undefined ? Promise.resolve({ inputs: [], trueLabels: [] }) : source.read(window);
  reading.catch(() => undefined);
  return reading;
}

/** A message costs about as much as a small model's batch, so several batches share one. */
const mostRows = 2048;
/** What is sent in one message is lost together, so a slow model gets less of it. */
const longEnoughMs = 250;
const tooLongMs = 1000;

/** How many requests a message to a version's process has: whole batches, more of them while answers come soon. */
export class ChunkSize {
  readonly #batch: number;
  readonly #most: number;
  #batches = 1;

  /** @param batch how many requests the version computes at once */
  constructor(batch: number) {
    this.#batch = batch;
    this.#most = Math.max(1, Math.floor(mostRows / batch));
  }

  get rows(): number {
    return this.#batches * this.#batch;
  }

  /** Takes note of how long a message of `rows` requests took. */
  answered(rows: number, milliseconds: number): void {
    if (rows < this.rows) return;
    if (milliseconds < longEnoughMs) this.#batches = Math.min(this.#most, this.#batches * 2);
    else if (milliseconds > tooLongMs) this.#batches = Math.max(1, Math.floor(this.#batches / 2));
  }
}
