import type { Load } from '../../domain/load.ts';
import { interrupted } from '../../domain/errors.ts';
import type { TimedRequest } from '../../models/host/hosted-model.ts';
import { sendAtTimes, sendFromClients } from './send-under-load.ts';
import { type Stopwatch, warmUp } from './stopwatch.ts';

/** Rounds of about this many requests at least, and this many rounds at most. */
const roundRequests = 100;
const mostRounds = 4;

/** What a load test is made of. */
export interface LoadTest {
  readonly load: Exclude<Load, { kind: 'one-by-one' }>;
  readonly inputs: readonly string[];
  /** When each input is to be sent in an open loop, ms, rising; empty for a closed one. */
  readonly arrivalsMs: readonly number[];
  readonly warmUp: number;
}

/**
 * Times requests under load. Versions never meet: two processes may stand for one server, and versions that share a
 * machine would slow each other down. So they take turns, round by round, in an order that is drawn anew for each, and
 * every version gets the same requests at the same times of its round.
 *
 * @param order gives the stopwatches in a random order
 * @param onProgress called with how many requests all of them have done
 */
export async function measureUnderLoad(
  stopwatches: readonly Stopwatch[],
  { load, inputs, arrivalsMs, warmUp: warmUpRequests }: LoadTest,
  order: (stopwatches: readonly Stopwatch[]) => readonly Stopwatch[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<void> {
  let ended = 0;
  const onDone = (): void => {
    ended += 1;
    onProgress(Math.floor(ended / stopwatches.length));
  };
  const rounds = Math.min(mostRounds, Math.max(1, Math.floor(inputs.length / roundRequests)));
  for (let round = 0; round < rounds; round += 1) {
    const from = Math.round((inputs.length * round) / rounds);
    const to = Math.round((inputs.length * (round + 1)) / rounds);
    const texts = inputs.slice(from, to);
    const send = (model: Stopwatch['model']): Promise<TimedRequest[]> =>
      load.kind === 'open'
        ? sendAtTimes(model, texts, arrivalsMs.slice(from, to), signal, onDone)
        : sendFromClients(model, texts, load.concurrency, signal, onDone);
    for (const stopwatch of order(stopwatches)) {
      const times = await send(stopwatch.model);
      if (signal.aborted) throw interrupted();
      stopwatch.times.push(...times);
      if (times.some(({ restarted }) => restarted)) await warmUp(stopwatch, inputs, warmUpRequests);
    }
  }
}
