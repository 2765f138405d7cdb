import { ParquetWriter } from './store/parquet-table.ts';
import type { Replay, ReplayedVersion } from './replay.ts';
import { StartLine } from './timing/start-line.ts';
import { doWork, needsModel, prepareWork, requireFull, type VersionWork, workKey } from './version-work.ts';

/**
 * Sends every request of a table through each version, all versions at once and each again after that, and keeps the outcomes in the store. Only
 * what the store lacks is computed; a version that lacks nothing is not even loaded. Versions whose outcomes depend on
 * the same are replayed once.
 *
 * @param signal stops the replay; what is finished is kept
 * @returns one result per replay, in their order
 * @throws UserError exit 130 when stopped, exit 5 when a version or the store cannot be used
 */
export async function replayVersions(replays: readonly Replay[], signal: AbortSignal): Promise<ReplayedVersion[]> {
  const works = new Map<string, VersionWork>();
  const keys: string[] = [];
  for (const replay of replays) {
    const key = workKey(replay);
    keys.push(key);
    if (!works.has(key)) works.set(key, await prepareWork(replay));
  }
  for (const work of works.values()) if (work.replay.fill === false) requireFull(work);
  const results = new Map<string, ReplayedVersion>();
  // A version is asked again once it has answered, so that nobody sends a server more at once than the plan says.
  for (const again of new Set(replays.map((replay) => replay.again))) {
    const turn = new Map([...works].filter(([, { replay }]) => replay.again === again));
    for (const [key, result] of await doAll(turn, signal)) results.set(key, result);
  }
  return replays.map((replay, index) => {
    const result = results.get(keys[index] ?? '');
    if (result === undefined) throw new Error('a replay has no result');
    return { ...result, version: replay.spec.version };
  });
}

/** Does all works at once; the first failure stops the others and is the one that is thrown. */
async function doAll(
  works: ReadonlyMap<string, VersionWork>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReplayedVersion>> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const failures: unknown[] = [];
  const results = new Map<string, ReplayedVersion>();
  const startLine = new StartLine([...works.values()].filter(needsModel).length);
  const writers = new Map([...works.values()].map(({ replay }) => [replay.db, new ParquetWriter(replay.db)]));
  await Promise.all(
    [...works].map(async ([key, work]) => {
      try {
        const writer = writers.get(work.replay.db) ?? new ParquetWriter(work.replay.db);
        results.set(key, await doWork(work, writer, startLine, either));
      } catch (error) {
        failures.push(error);
        failed.abort();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return results;
}
