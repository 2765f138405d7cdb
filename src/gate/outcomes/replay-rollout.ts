import { invalidInput, unusableFile } from '../../domain/errors.ts';
import type { Replay, ReplayedVersion, Shard } from '../../replay/replay.ts';
import { replayVersions } from '../../replay/replay-version.ts';
import type { OutcomePart } from '../../replay/store/outcome-store.ts';
import type { StoreLocation } from '../../replay/store/store-place.ts';
import { storedOf } from '../../replay/version-work.ts';
import { ofStage, openRollout, stageOf } from '../rollout/rollout.ts';
import { prepareFolder, withDatabase, workFolder } from '../rollout/work-folder.ts';
import type { StoredReplay, StoredReplays } from '../../report/commands/replay-text.ts';
import type { World } from '../world.ts';
import { replaysOf } from './obtain-outcomes.ts';
import { sourcesOf } from './outcome-sources.ts';
import { findPrepared, prepareLog, readLog } from './prepared-log.ts';
import type { QueuedReplay } from './queued-replay.ts';
import { storeOf } from './store-location.ts';

export interface ReplayOptions {
  /** The stage whose requests are replayed; the first not yet entered where absent. */
  readonly stage?: string;
  /** Where outcomes are kept instead of `.canary/outcomes`, such as a folder or a bucket that several machines share. */
  readonly store?: string;
  /** The part that this process replays; all of it where absent. */
  readonly shard?: Shard | undefined;
  /** Stores the requests for processes that have no log, and replays nothing. */
  readonly prepare?: boolean;
  /** Tells what is there, and replays nothing. */
  readonly status?: boolean;
  readonly fresh?: boolean;
  /** Has workers replay what the store lacks: a server of Redis. */
  readonly queue?: string;
}

/**
 * Replays a plan's requests, or every n-th window of them, into the outcome store, and judges nothing. Several processes may do so at once, on
 * several machines that share the store: a window that two of them compute is kept once.
 * @throws UserError (exit 2, 5 or 130)
 */
export async function replayRollout(world: World, file: string, options: ReplayOptions): Promise<StoredReplays> {
  const { fresh = false, prepare = false, shard, status = false, queue } = options;
  if (prepare && (status || shard !== undefined))
    throw invalidInput('--prepare reads the whole log and replays nothing', {
      hint: 'Run --shard or --status as a separate command, after it.',
    });
  if (queue !== undefined && (prepare || status || fresh || shard !== undefined || options.store === undefined))
    throw invalidInput('--queue has workers fill the store that --store names', {
      hint: 'Use it with --store, and without --prepare, --status, --fresh and --shard.',
    });
  const rollout = await openRollout(world, file);
  const staged = ofStage(rollout, stageOf(rollout, options.stage));
  const sources = sourcesOf(staged);
  const work = workFolder(world, rollout.folder);
  await prepareFolder(work);
  const location = storeOf(world, rollout, options.store);
  return await withDatabase(world, work, async (db) => {
    // Whoever asks what is there wants nothing of it forgotten.
    const store = { ...location, fresh: fresh && !status && !prepare && queue === undefined };
    const replays = await replaysOf(world, staged, { db, sources, store }, shard);
    if (replays.length === 0) {
      throw unusableFile('There is nothing to replay: the outcomes of both versions are in the log.', {
        hint: 'canary evaluate judges them as they are.',
      });
    }
    const isPart = status || shard !== undefined;
    const prepared =
      prepare || queue !== undefined
        ? await prepareLog(world, staged, sources, db, location)
        : isPart
          ? await findPrepared(world, staged, sources, location)
          : undefined;
    if (prepared === undefined) await readLog(world, staged, sources, db);
    const [requests] = replays;
    const wanted = replays.map((replay) => ({ ...replay, prepared }));
    const replayed =
      queue !== undefined && prepared !== undefined && requests !== undefined
        ? await replayByWorkers(world, { db, location, replays: wanted, prepared, requests, queue })
        : status || prepare
          ? await storedOfAll(wanted)
          : await replayVersions(wanted, world.signal);
    const askings = rollout.plan.replay.repeats === undefined ? [] : replays.map(({ asking }) => asking + 1);
    const told = toldOf(location, replayed, askings);
    return prepare && prepared !== undefined ? { ...told, prepared: prepared.size } : told;
  });
}

async function replayByWorkers(world: World, work: QueuedReplay): Promise<readonly ReplayedVersion[]> {
  const queued = await import('./queued-replay.ts');
  return await queued.replayByWorkers(world, work);
}

async function storedOfAll(replays: readonly Replay[]): Promise<readonly ReplayedVersion[]> {
  const stored: ReplayedVersion[] = [];
  for (const replay of replays) stored.push(await storedOf(replay));
  return stored;
}

/** @param askings which time of several each replay is, from 1; none where versions are asked once */
function toldOf(
  { folder, objects }: StoreLocation,
  replayed: readonly ReplayedVersion[],
  askings: readonly number[],
): StoredReplays {
  const versions = replayed.map(({ version, windows, missing, parts, replayed: sent }, index) => ({
    version,
    ...(askings[index] === undefined ? {} : { asking: askings[index] }),
    windows,
    missing,
    hosts: hostsOf(parts),
    replayed: sent,
  }));
  const complete = versions.every(({ missing }) => missing.length === 0);
  return { store: objects?.name ?? folder, versions, complete };
}

/** How many windows each machine finished. */
function hostsOf(parts: readonly OutcomePart[]): StoredReplay['hosts'] {
  const counts = new Map<string | null, number>();
  for (const { host } of parts) counts.set(host, (counts.get(host) ?? 0) + 1);
  return [...counts].map(([host, windows]) => ({ host, windows }));
}
