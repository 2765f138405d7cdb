import { once } from 'node:events';
import type { Database } from '../../database/database.ts';
import { interrupted, invalidInput, unusableFile } from '../../domain/errors.ts';
import { HostedModel } from '../../models/host/hosted-model.ts';
import { type RedisServer, redisServer, requireRedis } from '../../remote/queue/redis.ts';
import { type QueuedWindow, takeWindows } from '../../remote/queue/window-queue.ts';
import { ParquetWriter } from '../../replay/store/parquet-table.ts';
import { storedWindow } from '../../replay/store/prepared-requests.ts';
import { filesAt, type StoreLocation } from '../../replay/store/store-place.ts';
import { UnwritableStore } from '../../replay/store/unwritable-store.ts';
import type { Replay } from '../../replay/replay.ts';
import { alsoOneByOne, handedOutWork, replayMissing, workKey } from '../../replay/version-work.ts';
import { ofStage, openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { prepareFolder, withDatabase, workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';
import { replaysOf } from './obtain-outcomes.ts';
import { sourcesOf } from './outcome-sources.ts';
import { queueName } from './queued-replay.ts';
import { storeOf } from './store-location.ts';

export interface WorkerOptions {
  readonly queue?: string;
  readonly store?: string;
  readonly stage?: string;
  /** Seconds after which the window of a worker that says nothing is another's. */
  readonly lock?: number;
}

/** A process may be busy, and a machine's clock jump, for some seconds. */
const usualLock = 30;

/**
 * Replays windows that coordinators hand out, of the versions of some plans, until it is stopped.
 * @throws UserError (exit 2 or 5); exit 130 when stopped, which is how it ends
 */
export async function work(world: World, files: readonly string[], options: WorkerOptions): Promise<never> {
  const { queue, store, lock = usualLock } = options;
  if (queue === undefined || store === undefined)
    throw invalidInput('A worker needs --queue and --store', {
      hint: 'Write for instance --queue redis://HOST:6379 --store s3://outcomes/intent.',
    });
  const server = redisServer(world.permissions, queue);
  const plans: { readonly rollout: Rollout; readonly location: StoreLocation }[] = [];
  for (const file of files) {
    const rollout = await openRollout(world, file);
    plans.push({
      rollout: ofStage(rollout, stageOf(rollout, options.stage)),
      location: storeOf(world, rollout, store),
    });
  }
  await requireRedis(server);
  for (const { rollout } of plans) await prepareFolder(workFolder(world, rollout.folder));
  const [first] = plans;
  if (first === undefined) throw invalidInput('A worker needs a plan');
  return await withDatabase(world, workFolder(world, first.rollout.folder), async (db) => {
    const replays = new Map<string, { readonly replay: Replay; readonly location: StoreLocation }>();
    for (const { rollout, location } of plans) {
      const request = { db, sources: sourcesOf(rollout), store: { ...location, fresh: false } };
      for (const replay of await replaysOf(world, rollout, request))
        for (const each of alsoOneByOne(replay)) replays.set(workKey(each), { replay: each, location });
    }
    if (replays.size === 0)
      throw unusableFile('There is nothing to replay: the outcomes of both versions are in the log.');
    return await takeAll(world, { server, lockMs: lock * 1000 }, db, replays);
  });
}

async function takeAll(
  world: World,
  { server, lockMs }: { readonly server: RedisServer; readonly lockMs: number },
  db: Database,
  replays: ReadonlyMap<string, { readonly replay: Replay; readonly location: StoreLocation }>,
): Promise<never> {
  const writer = new ParquetWriter(db);
  const unfit = new AbortController();
  const signal = AbortSignal.any([world.signal, unfit.signal]);
  const workers: WindowWorker[] = [];
  const closing: (() => Promise<void>)[] = [];
  try {
    for (const { replay } of replays.values()) workers.push(new WindowWorker(replay, writer, unfit, signal));
    // Whoever has other files than its registry says takes nothing that it could not do.
    for (const worker of workers) await worker.open();
    const versions = new Set<string>();
    for (const [index, [key, { replay, location }]] of [...replays].entries()) {
      versions.add(replay.spec.version);
      // What an earlier worker of this machine was writing when it was killed.
      await filesAt(location).ready(key);
      const take = async (window: QueuedWindow): Promise<void> => await workers[index]?.replay(window);
      closing.push(takeWindows(server, await queueName(location, key), take, { signal, lockMs }));
    }
    world.note(`Takes windows of ${[...versions].join(' and ')} from ${server.name}.`);
    if (!signal.aborted) await once(signal, 'abort');
    if (unfit.signal.aborted) throw unfit.signal.reason;
    throw interrupted('Stopped; its unfinished work goes to other workers.');
  } finally {
    for (const worker of workers) await worker.close();
    for (const close of closing) await close();
  }
}

/** Replays windows of one version, with a process of it that stays from one to the next. */
class WindowWorker {
  readonly #replay: Replay;
  readonly #writer: ParquetWriter;
  readonly #unfit: AbortController;
  readonly #signal: AbortSignal;
  #model: Promise<HostedModel> | undefined;

  /** @param unfit is told why this machine can replay no window at all */
  constructor(replay: Replay, writer: ParquetWriter, unfit: AbortController, signal: AbortSignal) {
    this.#replay = { ...replay, onProgress: () => undefined };
    this.#writer = writer;
    this.#unfit = unfit;
    this.#signal = signal;
  }

  /** Starts the version's process. @throws UserError (exit 5) where it may not be run, or its files are not the registry's */
  async open(): Promise<HostedModel> {
    const { spec, sha256, host } = this.#replay;
    this.#model ??= HostedModel.open(spec, sha256, host);
    return await this.#model;
  }

  async replay(window: QueuedWindow): Promise<void> {
    if (this.#signal.aborted) throw interrupted();
    const asked = handedOutWork(this.#replay, storedWindow(this.#replay.store, window));
    const model = await this.open().catch((error: unknown) => this.#endWith(error));
    try {
      await replayMissing(asked, model, this.#writer);
    } catch (error) {
      if (error instanceof UnwritableStore) this.#endWith(error);
      // Whatever it was, the next try begins with a new process.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const model = await this.#model?.catch(() => undefined);
    this.#model = undefined;
    await model?.close();
  }

  /** The fault is this machine's and not the window's, which goes to another. */
  #endWith(error: unknown): never {
    this.#unfit.abort(error);
    throw error;
  }
}
