import { resolve } from 'node:path';
import { unusableFile } from '../../domain/errors.ts';
import type { ReplayedVersion, Shard } from '../../replay/replay.ts';
import { replayVersions } from '../../replay/replay-version.ts';
import { storedOf } from '../../replay/version-work.ts';
import { ofStage, openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { readStageRequests } from '../rollout/stage-requests.ts';
import { prepareFolder, requireOwn, withDatabase, workFolder } from '../rollout/work-folder.ts';
import type { StoredReplays } from '../../report/commands/replay-text.ts';
import type { World } from '../world.ts';
import { outcomeStoreFolder, replaysOf } from './obtain-outcomes.ts';
import { sourcesOf } from './outcome-sources.ts';

export interface ReplayOptions {
  /** The stage whose requests are replayed; the first not yet entered where absent. */
  readonly stage?: string;
  /** Where outcomes are kept instead of `.canary/outcomes`, such as a folder that several machines share. */
  readonly store?: string;
  /** The part that this process replays; all of it where absent. */
  readonly shard?: Shard | undefined;
  /** Tells what is there, and replays nothing. */
  readonly status?: boolean;
  readonly fresh?: boolean;
}

/**
 * Replays a plan's requests, or every n-th window of them, into the outcome store, and judges nothing. Several processes may do so at once, on
 * several machines that share the store: a window that two of them compute is kept once.
 * @throws UserError (exit 2, 5 or 130)
 */
export async function replayRollout(world: World, file: string, options: ReplayOptions): Promise<StoredReplays> {
  const rollout = await openRollout(world, file);
  const staged = ofStage(rollout, stageOf(rollout, options.stage));
  const sources = sourcesOf(staged);
  const work = workFolder(world, rollout.folder);
  await prepareFolder(work);
  const storeFolder = storeOf(world, rollout, options.store);
  return await withDatabase(world, work, async (db) => {
    await readStageRequests(db, staged, sources);
    const { fresh = false, shard, status = false } = options;
    // Whoever asks what is there wants nothing of it forgotten.
    const request = { db, sources, storeFolder, fresh: fresh && !status };
    const replays = await replaysOf(world, staged, request, shard);
    if (replays.length === 0) {
      throw unusableFile('There is nothing to replay: the outcomes of both versions are in the log.', {
        hint: 'canary evaluate judges them as they are.',
      });
    }
    if (!status) return toldOf(storeFolder, await replayVersions(replays, world.signal));
    const stored: ReplayedVersion[] = [];
    for (const replay of replays) stored.push(await storedOf(replay));
    return toldOf(storeFolder, stored);
  });
}

/** Where a rollout's outcomes are kept. @param chosen by the user @throws UserError (exit 5) where git tracks a file of it */
export function storeOf(world: World, { folder }: Pick<Rollout, 'folder'>, chosen: string | undefined): string {
  if (chosen === undefined) return outcomeStoreFolder(workFolder(world, folder));
  const store = resolve(world.cwd, chosen);
  requireOwn(store);
  return store;
}

function toldOf(store: string, replayed: readonly ReplayedVersion[]): StoredReplays {
  const versions = replayed.map(({ version, windows, missing, replayed: sent }) => ({
    version,
    windows,
    missing,
    replayed: sent,
  }));
  return { store, versions, complete: versions.every(({ missing }) => missing.length === 0) };
}
