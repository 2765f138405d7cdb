import { interrupted } from '../domain/errors.ts';
import type { ModelSpec } from '../domain/outcome.ts';
import { HostedModel, type HostSettings } from '../models/hosted-model.ts';
import type { Database } from '../requests/database.ts';
import { outcomeKey, type RequestIdentity } from './outcome-key.ts';
import { OutcomeStore } from './outcome-store.ts';
import { ParquetWriter } from './parquet-table.ts';
import { replayChunks } from './replay-chunks.ts';
import { requestChunks } from './request-chunks.ts';
import { planWindows, type ReplayWindows } from './replay-windows.ts';
import { countRows, type RowRange } from './row-range.ts';
import { StartLine } from './start-line.ts';

/** Where finished work is kept. */
export interface StoreSettings {
  /** The folder of the outcome store, made if it is not there. */
  readonly folder: string;
  /** Forgets what is stored for this work, and does it anew. */
  readonly fresh: boolean;
}

export interface ReplayProgress {
  readonly version: string;
  readonly done: number;
  readonly total: number;
}

export interface Replay {
  readonly db: Database;
  /** Table or view of the requests: `seq BIGINT`, `input VARCHAR` holding JSON. */
  readonly table: string;
  /** Whether the table also has the true labels, `label VARCHAR`, so that their scores are kept. */
  readonly truth?: boolean;
  /** What the table's contents depend on. */
  readonly requests: RequestIdentity;
  readonly spec: ModelSpec;
  /** The artifact's digest in the registry. */
  readonly sha256: string;
  readonly host: HostSettings;
  readonly store: StoreSettings;
  readonly onProgress: (progress: ReplayProgress) => void;
}

export interface ReplayedVersion {
  readonly version: string;
  /** The library that computed the outcomes; empty when there are no requests. */
  readonly backend: string;
  /** Most memory that a process of the version had resident, in bytes; null where nobody knows. */
  readonly peakMemory: number | null;
  /** Parquet files of `outcomeColumns`, in order of seq. */
  readonly files: readonly string[];
  readonly rows: number;
  /** How many of the rows were computed now and not found in the store. */
  readonly replayed: number;
}

/**
 * Sends every request of a table through each version, all versions at once, and keeps the outcomes in the store. Only
 * what the store lacks is computed; a version that lacks nothing is not even loaded. Versions whose outcomes depend on
 * the same are replayed once.
 *
 * @param signal stops the replay; what is finished is kept
 * @returns one result per replay, in their order
 * @throws UserError exit 130 when stopped, exit 5 when a version or the store cannot be used
 */
export async function replayVersions(replays: readonly Replay[], signal: AbortSignal): Promise<ReplayedVersion[]> {
  const works = new Map<string, Work>();
  const keys: string[] = [];
  for (const replay of replays) {
    const key = keyOf(replay);
    keys.push(key);
    if (!works.has(key)) works.set(key, await prepare(replay, key));
  }
  const results = await doAll(works, signal);
  return replays.map((replay, index) => {
    const result = results.get(keys[index] ?? '');
    if (result === undefined) throw new Error('a replay has no result');
    return { ...result, version: replay.spec.version };
  });
}

/** A replay that knows what it has to do. */
interface Work {
  readonly replay: Replay;
  readonly plan: ReplayWindows;
  readonly store: OutcomeStore;
  readonly missing: readonly RowRange[];
}

function keyOf({ host, requests, spec, sha256, truth = false }: Replay): string {
  const version = { sha256, signature: spec.signature };
  const { batch, timeoutMs, concurrency = 1, pauseMs = 0 } = host;
  const traffic = spec.runtime === 'http' ? { concurrency, pauseMs } : undefined;
  return outcomeKey({ version, requests, batch, timeoutMs, truth, traffic });
}

async function prepare(replay: Replay, key: string): Promise<Work> {
  const plan = await planWindows(replay.db, replay.table, replay.host.batch);
  const store = await OutcomeStore.open(replay.store.folder, key, replay.store.fresh);
  return { replay, plan, store, missing: await store.missing(plan.rows) };
}

/** Does all works at once; the first failure stops the others and is the one that is thrown. */
async function doAll(
  works: ReadonlyMap<string, Work>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReplayedVersion>> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const failures: unknown[] = [];
  const results = new Map<string, ReplayedVersion>();
  const startLine = new StartLine([...works.values()].filter(({ missing }) => missing.length > 0).length);
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

async function doWork(
  work: Work,
  writer: ParquetWriter,
  startLine: StartLine,
  signal: AbortSignal,
): Promise<ReplayedVersion> {
  const { replay, plan, store } = work;
  const { db, table, truth = false, spec, host, onProgress } = replay;
  const source = { db, table, truth, windows: plan.windows };
  let { missing } = work;
  if (missing.length > 0) {
    let chunks = requestChunks(source, missing, host.batch);
    await withModel(replay, signal, async (model) => {
      await startLine.arrive(signal);
      // Outcomes of two backends may differ in their last digits, so they are not mixed.
      if (store.backend !== model.backend) {
        await store.restart(model.backend);
        const all = [{ from: 0, to: plan.rows }];
        if (countRows(missing) < plan.rows) chunks = requestChunks(source, all, host.batch);
        missing = all;
      }
      let done = plan.rows - countRows(missing);
      const onDone = (requests: number): void => {
        done += requests;
        onProgress({ version: model.version, done, total: plan.rows });
      };
      onDone(0);
      await replayChunks({ chunks, output: spec.signature.output, model, store, writer, onDone });
    });
  }
  return {
    version: replay.spec.version,
    backend: store.backend,
    peakMemory: store.peakMemory,
    files: store.paths,
    rows: plan.rows,
    replayed: countRows(missing),
  };
}

/** Runs `work` with the version's process, which is gone afterwards, and at once when the signal comes. */
async function withModel(
  { spec, sha256, host }: Replay,
  signal: AbortSignal,
  work: (model: HostedModel) => Promise<void>,
): Promise<void> {
  if (signal.aborted) throw interrupted();
  const model = await HostedModel.open(spec, sha256, host).catch((error: unknown) => {
    throw signal.aborted ? interrupted() : error;
  });
  const stop = (): void => void model.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) throw interrupted();
    await work(model);
    if (signal.aborted) throw interrupted();
  } catch (error) {
    // Whatever a closed process made fail, the reason is that somebody asked to stop.
    throw signal.aborted ? interrupted() : error;
  } finally {
    signal.removeEventListener('abort', stop);
    await model.close();
  }
}
