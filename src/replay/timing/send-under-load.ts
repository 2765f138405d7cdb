import { hrtime } from 'node:process';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { TimedRequest } from '../../models/host/hosted-model.ts';

/** What times one request: a hosted model, or anything else that answers. */
export interface TimedModel {
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
export async function sendFromClients(
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
