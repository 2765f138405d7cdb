import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { RedisServer } from './redis.ts';

/** A window of requests that is to be replayed. */
export interface QueuedWindow {
  /** 64 hex digits of what its requests ask. */
  readonly digest: string;
  readonly rows: number;
}

/** A window that nobody could replay. */
export interface FailedWindow {
  readonly digest: string;
  /** What the last try said. */
  readonly reason: string;
}

const prefix = 'canary';
/** A window that fails so often is given up. */
const mostTries = 5;
const firstPauseMs = 1000;
/** Machines that go away are no fault of the window. */
const mostStalled = 50;

/**
 * The windows of one version that wait for workers. Redis only hands them out: what is done is known from the store, so that a server which
 * forgets everything costs time and nothing else.
 */
export class WindowQueue {
  readonly #queue: Queue<QueuedWindow>;

  /** @param name what tells these windows from those of other versions and stores */
  constructor({ options }: RedisServer, name: string) {
    // Whoever waits for a server that is away would not look at the store meanwhile.
    const connection = { ...options, maxRetriesPerRequest: 1 };
    this.#queue = new Queue(name, { prefix, connection });
    // Whoever asks is told by the answer.
    this.#queue.on('error', () => undefined);
  }

  /** Adds windows; one that waits already, is under way or has failed is not added again. */
  async add(windows: readonly QueuedWindow[]): Promise<void> {
    await this.#queue.addBulk(
      windows.map((data) => ({
        name: 'window',
        data,
        opts: {
          jobId: data.digest,
          attempts: mostTries,
          backoff: { type: 'exponential', delay: firstPauseMs },
          removeOnComplete: true,
        },
      })),
    );
  }

  /** How many windows wait for a worker or are at one, and how many wait until they are tried again. */
  async counts(): Promise<{ readonly waiting: number; readonly pausing: number }> {
    const { delayed: pausing = 0, ...others } = await this.#queue.getJobCounts('waiting', 'active', 'delayed');
    return { waiting: Object.values(others).reduce((sum, count) => sum + count, 0), pausing };
  }

  /** The windows that were given up. */
  async failed(): Promise<readonly FailedWindow[]> {
    const jobs = await this.#queue.getFailed();
    return jobs.map(({ data, failedReason }) => ({ digest: data.digest, reason: failedReason }));
  }

  /** Forgets which windows were given up, so that they can be added again. */
  async forgetFailed(): Promise<void> {
    for (const job of await this.#queue.getFailed()) await job.remove();
  }

  /** How many workers take windows here. */
  async workers(): Promise<number> {
    return (await this.#queue.getWorkers()).length;
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}

/**
 * Takes windows of a queue, one after another, until it is closed.
 * @param work throws where a window cannot be replayed; after an interruption the window goes back to the others
 * @param lockMs whoever does not say for so long that it is at work has lost its window to another
 * @returns what closes it
 */
export function takeWindows(
  { options }: RedisServer,
  name: string,
  work: (window: QueuedWindow) => Promise<void>,
  { signal, lockMs }: { readonly signal: AbortSignal; readonly lockMs: number },
): () => Promise<void> {
  const take = async (job: Job<QueuedWindow>, token?: string): Promise<void> => {
    try {
      await work(job.data);
    } catch (error) {
      if (!signal.aborted) throw error;
      await job.moveToDelayed(Date.now(), token);
      throw new DelayedError();
    }
  };
  const worker = new Worker<QueuedWindow>(name, take, {
    prefix,
    connection: { ...options, maxRetriesPerRequest: null },
    concurrency: 1,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: mostStalled,
  });
  // It goes on once the server is there again, and a window that it has lost meanwhile is another's.
  worker.on('error', () => undefined);
  return async () => await worker.close();
}
