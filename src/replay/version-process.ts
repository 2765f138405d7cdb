import { availableParallelism, freemem } from 'node:os';
import { interrupted, UserError } from '../domain/errors.ts';
import { runtimeTraits } from '../domain/registry.ts';
import { HostedModel } from '../models/host/hosted-model.ts';
import type { Replay } from './replay.ts';

/** What is done with a version's process. @param openedInMs how long it took until it could be asked */
export type Use<T> = (model: HostedModel, openedInMs: number) => Promise<T>;

/** Runs `use` with the version's process, which is gone afterwards, and at once when the signal comes. */
export async function withModel<T>({ spec, sha256, host }: Replay, signal: AbortSignal, use: Use<T>): Promise<T> {
  if (signal.aborted) throw interrupted();
  const start = performance.now();
  const model = await HostedModel.open(spec, sha256, host).catch((error: unknown) => {
    throw signal.aborted ? interrupted() : error;
  });
  const openedInMs = performance.now() - start;
  const stop = (): void => void model.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) throw interrupted();
    const result = await use(model, openedInMs);
    if (signal.aborted) throw interrupted();
    return result;
  } catch (error) {
    // Whatever a closed process made fail, the reason is that somebody asked to stop.
    throw signal.aborted ? interrupted() : error;
  } finally {
    signal.removeEventListener('abort', stop);
    await model.close();
  }
}

/** By then a process has shown how fast it is. */
const settledMs = 250;
/** What is left has to take so long, and so many times as long as opening the process, for a second one to spare time. */
const worthMs = 2000;
const worthOpenings = 3;

/** How the first process gets on. */
interface Pace {
  readonly answered: number;
  /** How many requests there are to compute. */
  readonly rows: number;
  readonly elapsedMs: number;
  readonly openedInMs: number;
  /** In bytes; null where nobody knows. */
  readonly peakMemory: number | null;
  readonly freeMemory: number;
}

/** Whether a second process would spare more time than it takes to open, and has room. */
export function isWorthIt({ answered, rows, elapsedMs, openedInMs, peakMemory, freeMemory }: Pace): boolean {
  if (elapsedMs < settledMs || answered === 0) return false;
  const restMs = (elapsedMs / answered) * (rows - answered);
  const hasRoom = peakMemory !== null && 2 * peakMemory < freeMemory;
  return hasRoom && restMs > Math.max(worthMs, worthOpenings * openedInMs);
}

interface SecondProcessParts {
  /** The process that it would help. */
  readonly first: Pick<HostedModel, 'backend' | 'peakMemory'>;
  readonly openedInMs: number;
  readonly rows: number;
  /** Runs what it is given with another process of the version. */
  readonly open: (use: Use<void>) => Promise<void>;
  readonly isWorthIt?: (pace: Pace) => boolean;
}

/**
 * A second process of a version, which computes other batches of the same requests where a core would be idle. The answers are the same. Nobody knows then what
 * memory one process would have come to.
 */
export class SecondProcess {
  readonly #parts: SecondProcessParts;
  readonly #isWorthIt: Promise<boolean>;
  #decide: (isWorthIt: boolean) => void = () => undefined;
  readonly #start = performance.now();
  #answered = 0;

  constructor(parts: SecondProcessParts) {
    this.#parts = parts;
    this.#isWorthIt = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  /** Takes note of requests that were answered. */
  answered(requests: number): void {
    this.#answered += requests;
    const { first, openedInMs, rows } = this.#parts;
    const elapsedMs = performance.now() - this.#start;
    const { peakMemory } = first;
    const pace = { answered: this.#answered, rows, elapsedMs, openedInMs, peakMemory, freeMemory: freemem() };
    if ((this.#parts.isWorthIt ?? isWorthIt)(pace)) this.#decide(true);
  }

  /** Nothing is left that a process which is not there yet could do. */
  end(): void {
    this.#decide(false);
  }

  /** Runs `use` with the process as soon as that is worth it, and not at all where it never is. */
  async help(use: (model: HostedModel) => Promise<void>): Promise<void> {
    if (!(await this.#isWorthIt)) return;
    let isOpen = false;
    try {
      await this.#parts.open(async (model) => {
        isOpen = true;
        if (model.backend === this.#parts.first.backend) await use(model);
      });
    } catch (error) {
      // A version that cannot be loaded twice is computed by the process that it has.
      if (isOpen || !(error instanceof UserError) || error.exitCode === interrupted().exitCode) throw error;
    }
  }
}

/** Whether a version may have a second process while so many versions are computed at once: not where its memory is judged, since a process that answers a part of the requests leaks a part of it. */
export function mayHaveTwo(
  { spec, oneProcess = false }: Pick<Replay, 'spec' | 'oneProcess'>,
  versions: number,
): boolean {
  return !oneProcess && runtimeTraits[spec.runtime].takes === 'batch' && availableParallelism() >= 2 * versions;
}
