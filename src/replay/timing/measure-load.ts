import type { Load } from '../../domain/load.ts';
import { interrupted } from '../../domain/errors.ts';
import type { TimedRequest } from '../../models/host/hosted-model.ts';
import { type Stopwatch, warmUp } from './stopwatch.ts';
import { hrtime } from 'node:process';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

/** What a load test is made of. */
interface LoadTest {
  readonly load: Exclude<Load, { kind: 'one-by-one' }>;
  readonly inputs: readonly string[];
  /** When each input is to be sent in an open loop, ms, rising; empty for a closed one. */
  readonly arrivalsMs: readonly number[];
  readonly warmUp: number;
}

/**
 * Times requests under load. Versions never meet: two processes may stand for one server, and versions that share a
 * machine would slow each other down. So they take turns, in an order that is drawn, and every version gets the same requests at
 * the same times of its turn.
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
  for (const stopwatch of order(stopwatches)) {
    const times =
      load.kind === 'open'
        ? await sendAtTimes(stopwatch.model, inputs, arrivalsMs, signal, onDone)
        : await sendFromClients(stopwatch.model, inputs, load.concurrency, signal, onDone);
    if (signal.aborted) throw interrupted();
    stopwatch.times.push(...times);
    if (times.some(({ restarted }) => restarted)) await warmUp(stopwatch, inputs, warmUpRequests);
  }
}

/** What times one request: a hosted model, or anything else that answers. */
interface TimedModel {
  time(input: string, sentAt: bigint): Promise<TimedRequest>;
}

/**
 * Sends requests at their times, whether or not the ones before are answered (an open loop). A request's time begins
 * when it was to be sent: where the model or this machine falls behind, the delay is part of what users would have felt.
 *
 * @param inputs JSON texts
 * @param arrivalsMs when each is to be sent, from any start; rising, as many as inputs
 * @param signal stops sending; requests under way end by themselves
 * @returns in the order of the inputs
 */
export async function sendAtTimes(
  model: TimedModel,
  inputs: readonly string[],
  arrivalsMs: readonly number[],
  signal: AbortSignal,
  onDone: () => void,
): Promise<TimedRequest[]> {
  const start = hrtime.bigint();
  const [first = 0] = arrivalsMs;
  const answers: Promise<TimedRequest>[] = [];
  for (const [index, input] of inputs.entries()) {
    const sentAt = start + BigInt(Math.round(((arrivalsMs[index] ?? first) - first) * 1e6));
    await until(sentAt);
    if (signal.aborted) break;
    const answer = model.time(input, sentAt);
    // A failure is thrown below, when all have ended.
    answer.then(onDone, () => undefined);
    answers.push(answer);
  }
  await Promise.allSettled(answers);
  return await Promise.all(answers);
}

/**
 * Sends requests from so many clients, each of which waits for its answer before it sends the next one (a closed loop).
 *
 * @param inputs JSON texts
 * @param signal stops sending; requests under way end by themselves
 * @returns in the order of the inputs
 */
async function sendFromClients(
  model: TimedModel,
  inputs: readonly string[],
  clients: number,
  signal: AbortSignal,
  onDone: () => void,
): Promise<TimedRequest[]> {
  const times: TimedRequest[] = [];
  const upcoming = inputs.entries();
  const client = async (): Promise<void> => {
    for (const [index, input] of upcoming) {
      if (signal.aborted) return;
      times[index] = await model.time(input, hrtime.bigint());
      onDone();
    }
  };
  await Promise.all(Array.from({ length: Math.min(clients, inputs.length) }, client));
  return times;
}

/** Waits for a moment of the monotonic clock, never less. Timers know whole ms only; the rest is waited for by looking. */
async function until(moment: bigint): Promise<void> {
  for (;;) {
    const leftMs = Number(moment - hrtime.bigint()) / 1e6;
    if (leftMs <= 0) return;
    if (leftMs >= 2) await sleep(Math.floor(leftMs) - 1);
    else await setImmediate();
  }
}
