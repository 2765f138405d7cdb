import type { Permissions } from '../../models/host/permissions.ts';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { interrupted } from '../../domain/errors.ts';
import type { Load } from '../../domain/load.ts';
import type { TimedRequest } from '../../models/host/hosted-model.ts';
import { measureUnderLoad } from './measure-load.ts';
import { startStopwatch, type Stopwatch, type TimedVersion, warmUp } from './stopwatch.ts';

export interface LatencySettings {
  readonly hostScript: string;
  /** What the versions may do; all that canary may where absent. */
  readonly permissions?: Permissions | undefined;
  readonly timeoutMs: number;
  /** Requests that each process answers before any is timed, and again after each restart. */
  readonly warmUp: number;
  /** Decides in which order the processes take each request, or each round of a load test. */
  readonly seed: number;
  /** How the requests come; one by one where it is absent. */
  readonly load?: Load;
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
 * Times requests on fresh processes: the baseline, the baseline again and the candidate, all warmed up alike. Without a
 * load they come one by one, never two at once, and every request is taken by all of them before the next one comes, in an
 * order that is drawn anew for each request, so that whatever the machine does meanwhile falls on all alike.
 *
 * @param inputs one JSON text per request of the sample
 * @param arrivalsMs when each of them comes, for a load that is open; empty for any other
 * @param signal stops the measurement
 * @param onProgress called after each request with how many are done
 * @throws UserError exit 130 when stopped, exit 5 when a version cannot be used
 */
export async function measureLatency(
  versions: { readonly baseline: TimedVersion | null; readonly candidate: TimedVersion },
  inputs: readonly string[],
  arrivalsMs: readonly number[],
  settings: LatencySettings,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<LatencyColumns> {
  const { baseline, candidate } = versions;
  const { load = { kind: 'one-by-one' } } = settings;
  const { hostScript, permissions, timeoutMs } = settings;
  const limits = { hostScript, permissions, timeoutMs, concurrency: atOnce(load) };
  const timed = baseline === null ? [candidate] : [baseline, baseline, candidate];
  const stopwatches: Stopwatch[] = [];
  const stop = (): void => void Promise.all(stopwatches.map((stopwatch) => stopwatch.model.close()));
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const version of timed) {
      if (signal.aborted) throw interrupted();
      stopwatches.push(await startStopwatch(version, limits));
    }
    for (const stopwatch of stopwatches) await warmUp(stopwatch, inputs, settings.warmUp);
    const random = xoroshiro128plus(settings.seed);
    const order = (all: readonly Stopwatch[]): readonly Stopwatch[] => shuffled(all, random);
    if (load.kind === 'one-by-one') {
      await measureOneByOne(stopwatches, inputs, settings.warmUp, order, signal, onProgress);
    } else {
      const test = { load, inputs, arrivalsMs, warmUp: settings.warmUp };
      await measureUnderLoad(stopwatches, test, order, signal, onProgress);
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

async function measureOneByOne(
  stopwatches: readonly Stopwatch[],
  inputs: readonly string[],
  warmUpRequests: number,
  order: (stopwatches: readonly Stopwatch[]) => readonly Stopwatch[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<void> {
  for (const [index, input] of inputs.entries()) {
    if (signal.aborted) throw interrupted();
    for (const stopwatch of order(stopwatches)) {
      const result = await stopwatch.model.time(input);
      stopwatch.times.push(result);
      if (result.restarted) await warmUp(stopwatch, inputs, warmUpRequests);
    }
    onProgress(index + 1);
  }
}

/** How many requests a server may get at once; null for as many as there are. */
function atOnce(load: Load): number | null {
  return load.kind === 'one-by-one' ? 1 : load.concurrency;
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
