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
  /** Decides in which order the processes of a pair start and take each request, or each its part of a load test. */
  readonly seed: number;
  /** How the requests come; one by one where it is absent. */
  readonly load?: Load;
}

/** Times on one version, in the order of the sample; rows at one place of the sample belong together. */
export type TimedColumn = readonly TimedRequest[];

/** What one pair of processes is timed on. */
export interface SamplePart {
  /** One JSON text per request. */
  readonly inputs: readonly string[];
  /** When each of them comes, ms, rising, for a load that is open; empty for any other. */
  readonly arrivalsMs: readonly number[];
}

export interface LatencyColumns {
  /** Null where the baseline is not measured. */
  readonly baseline: TimedColumn | null;
  readonly candidate: TimedColumn;
}

interface TimedVersions {
  readonly baseline: TimedVersion | null;
  readonly candidate: TimedVersion;
}

/**
 * Times requests on fresh pairs of processes, one of each version, a pair for each part of the sample: two processes of one
 * version differ by luck of their start, and only several of each tell by how much. The pairs follow each other, so that
 * none slows another down.
 *
 * @param signal stops the measurement
 * @param onProgress called after each request with how many are done
 * @throws UserError exit 130 when stopped, exit 5 when a version cannot be used
 */
export async function measureLatency(
  versions: TimedVersions,
  parts: readonly SamplePart[],
  settings: LatencySettings,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<LatencyColumns> {
  const random = xoroshiro128plus(settings.seed);
  const baseline: TimedRequest[] = [];
  const candidate: TimedRequest[] = [];
  for (const part of parts) {
    const before = candidate.length;
    const times = await measurePair(versions, part, settings, random, signal, (done) => onProgress(before + done));
    baseline.push(...times.baseline);
    candidate.push(...times.candidate);
  }
  return { baseline: versions.baseline === null ? null : baseline, candidate };
}

/**
 * Times a part of the sample on one pair, warmed up alike. Without a load requests come one by one, never two at once, and every
 * request is taken by both before the next one comes, in an order that is drawn anew for each request, so that whatever the
 * machine does meanwhile falls on both alike.
 */
async function measurePair(
  { baseline, candidate }: TimedVersions,
  part: SamplePart,
  settings: LatencySettings,
  random: RandomGenerator,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<{ readonly baseline: TimedColumn; readonly candidate: TimedColumn }> {
  const { load = { kind: 'one-by-one' } } = settings;
  const { hostScript, permissions, timeoutMs } = settings;
  const limits = { hostScript, permissions, timeoutMs, concurrency: atOnce(load) };
  const order = <T>(all: readonly T[]): readonly T[] => shuffled(all, random);
  const stopwatches = new Map<TimedVersion, Stopwatch>();
  const close = async (): Promise<void> => {
    await Promise.all([...stopwatches.values()].map((stopwatch) => stopwatch.model.close()));
  };
  const stop = (): void => void close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const version of order(baseline === null ? [candidate] : [baseline, candidate])) {
      if (signal.aborted) throw interrupted();
      stopwatches.set(version, await startStopwatch(version, limits));
    }
    const started = [...stopwatches.values()];
    for (const stopwatch of started) await warmUp(stopwatch, part.inputs, settings.warmUp);
    await (load.kind === 'one-by-one'
      ? measureOneByOne(started, part.inputs, settings.warmUp, order, signal, onProgress)
      : measureUnderLoad(started, { load, ...part, warmUp: settings.warmUp }, order, signal, onProgress));
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  } finally {
    signal.removeEventListener('abort', stop);
    await close();
  }
  const timesOf = (version: TimedVersion | null): TimedColumn =>
    version === null ? [] : (stopwatches.get(version)?.times ?? []);
  return { baseline: timesOf(baseline), candidate: timesOf(candidate) };
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
