import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { interrupted } from '../domain/errors.ts';
import type { ModelSpec } from '../domain/outcome.ts';
import { HostedModel, type TimedRequest } from '../models/hosted-model.ts';

/** A version to be timed: what to load, and the digest that its artifact must have. */
export interface TimedVersion {
  readonly spec: ModelSpec;
  readonly sha256: string;
}

export interface LatencySettings {
  readonly hostScript: string;
  readonly timeoutMs: number;
  /** Requests that each process answers before any is timed, and again after each restart. */
  readonly warmUp: number;
  /** Decides in which order the processes take each request. */
  readonly seed: number;
}

/** One request's times on one process; rows of the request at one place of the sample belong together. */
export type TimedColumn = readonly TimedRequest[];

export interface LatencyColumns {
  /** Null where the baseline is not measured. */
  readonly baseline: TimedColumn | null;
  /** The baseline's artifact in a second process: what two equal versions differ by on this machine. */
  readonly baselineAgain: TimedColumn | null;
  readonly candidate: TimedColumn;
}

/**
 * Times requests one by one, never two at once, on fresh processes: the baseline, the baseline again and the candidate,
 * all warmed up alike. Every request is taken by all of them before the next one comes, in an order that is drawn anew
 * for each request, so that whatever the machine does meanwhile falls on all alike.
 *
 * @param inputs one JSON text per request of the sample
 * @param signal stops the measurement
 * @param onProgress called after each request with how many are done
 * @throws UserError exit 130 when stopped, exit 5 when a version cannot be used
 */
export async function measureLatency(
  versions: { readonly baseline: TimedVersion | null; readonly candidate: TimedVersion },
  inputs: readonly string[],
  settings: LatencySettings,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<LatencyColumns> {
  const { baseline, candidate } = versions;
  const timed = baseline === null ? [candidate] : [baseline, baseline, candidate];
  const stopwatches: Stopwatch[] = [];
  const stop = (): void => void Promise.all(stopwatches.map((stopwatch) => stopwatch.model.close()));
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const version of timed) {
      if (signal.aborted) throw interrupted();
      stopwatches.push(await startStopwatch(version, settings));
    }
    for (const stopwatch of stopwatches) await warmUp(stopwatch, inputs, settings.warmUp);
    const random = xoroshiro128plus(settings.seed);
    for (const [index, input] of inputs.entries()) {
      if (signal.aborted) throw interrupted();
      for (const stopwatch of shuffled(stopwatches, random)) {
        const result = await stopwatch.model.time(input);
        stopwatch.times.push(result);
        if (result.restarted) await warmUp(stopwatch, inputs, settings.warmUp);
      }
      onProgress(index + 1);
    }
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.all(stopwatches.map((stopwatch) => stopwatch.model.close()));
  }
  const [first, again, last] = stopwatches.map((stopwatch) => stopwatch.times);
  if (baseline === null) return { baseline: null, baselineAgain: null, candidate: first ?? [] };
  return { baseline: first ?? [], baselineAgain: again ?? [], candidate: last ?? [] };
}

/** A version's process and what it was timed at. */
interface Stopwatch {
  readonly model: HostedModel;
  readonly times: TimedRequest[];
}

async function startStopwatch(version: TimedVersion, { hostScript, timeoutMs }: LatencySettings): Promise<Stopwatch> {
  const model = await HostedModel.open(version.spec, version.sha256, { hostScript, timeoutMs, batch: 1 });
  return { model, times: [] };
}

/** Answers the first `count` requests of the sample, from the start again when there are fewer. */
async function warmUp({ model }: Stopwatch, inputs: readonly string[], count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const input = inputs[index % inputs.length];
    if (input !== undefined) await model.time(input);
  }
}

/** The items in an order drawn uniformly (Fisher and Yates). */
function shuffled<T>(items: readonly T[], random: RandomGenerator): T[] {
  const order: T[] = [];
  for (const [index, item] of items.entries()) {
    // Puts the item at a random place among those so far, moving what was there to the end.
    const place = uniformInt(random, 0, index);
    const moved = order[place];
    order[place] = item;
    if (moved !== undefined && place !== index) order[index] = moved;
  }
  return order;
}
