import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/database.ts';
import { interrupted, unusableFile } from '../../domain/errors.ts';
import { countOf, formatRanges } from '../../domain/format-number.ts';
import { type RedisServer, redisServer, requireRedis } from '../../remote/queue/redis.ts';
import { type FailedWindow, WindowQueue } from '../../remote/queue/window-queue.ts';
import type { PreparedRequests } from '../../replay/store/prepared-requests.ts';
import { filesAt, type StoreLocation } from '../../replay/store/store-place.ts';
import type { CutRequests } from '../../replay/replay-windows.ts';
import type { Replay, ReplayedVersion } from '../../replay/replay.ts';
import { checkBatches, keyOfWork, prepareWork, resultOf, type VersionWork } from '../../replay/version-work.ts';
import type { World } from '../world.ts';

/** How often the store is looked through, where that is quick; else a tenth of the time goes into looking. */
const lookMs = 1000;
const pausePerLook = 9;
/** Redis holds no more windows of a version at once. */
const mostWaiting = 10_000;
/** A server that is away so long is not waited for any more. */
const longestOutageMs = 600_000;

/** What a queue of windows is named, which coordinator and workers find out each by itself. */
export async function queueName(location: StoreLocation, key: string): Promise<string> {
  const store = await filesAt(location).identity();
  return createHash('sha256')
    .update(JSON.stringify([store, key]))
    .digest('hex')
    .slice(0, 32);
}

/** What a replay by workers is given. */
export interface QueuedReplay {
  readonly db: Database;
  readonly location: StoreLocation;
  /** Of the prepared requests. */
  readonly replays: readonly Replay[];
  /** The requests, of which workers read what they replay, and as the database has them. */
  readonly prepared: PreparedRequests;
  readonly requests: CutRequests;
  /** URL of the server. */
  readonly queue: string;
}

/**
 * Has workers replay what the store lacks: looks through the store, hands out what is missing, waits, and looks again, until nothing is missing. Whatever the
 * server forgets is handed out again.
 * @returns what is stored then, one result per replay, in their order
 * @throws UserError (exit 5) for windows that no worker could replay, once all others are there, and where the server stays away; (exit 130) when stopped
 */
export async function replayByWorkers(world: World, work: QueuedReplay): Promise<readonly ReplayedVersion[]> {
  const server = redisServer(world.permissions, work.queue);
  await requireRedis(server);
  for (;;) {
    const works: VersionWork[] = [];
    for (const replay of work.replays) works.push(await prepareWork(replay));
    // Replays that depend on the same are done once.
    const different = new Map(works.map((each) => [keyOfWork(each), each]));
    if (await checkAll(different, world.signal)) continue;
    if (!works.some(isLacking)) return works.map((each) => resultOf(each));
    await fillAll(world, server, work, different);
  }
}

/** Whether a window is missing, or was damaged since it was seen. */
function isLacking({ plan, store }: VersionWork): boolean {
  return plan.windows.some((window) => store.missingOf(window).length > 0);
}

/** Whether one of the versions turns out to be asked one by one, so that there is more to do. */
async function checkAll(works: ReadonlyMap<string, VersionWork>, signal: AbortSignal): Promise<boolean> {
  let isFound = false;
  for (const each of works.values()) isFound = (await checkBatches(each, signal)) || isFound;
  return isFound;
}

async function fillAll(
  world: World,
  server: RedisServer,
  { db, location, prepared, requests }: QueuedReplay,
  works: ReadonlyMap<string, VersionWork>,
): Promise<void> {
  const outage = new Outage(world, server);
  const fillings: Filling[] = [];
  for (const [key, work] of works) {
    const name = await queueName(location, key);
    fillings.push(new Filling(world, work, new WindowQueue(server, name)));
  }
  try {
    for (const filling of fillings) await outage.during(() => filling.begin());
    for (;;) {
      const started = performance.now();
      let left = 0;
      for (const filling of fillings) left += await filling.look();
      if (left === 0) break;
      const pauseMs = Math.max(lookMs, pausePerLook * (performance.now() - started));
      for (const filling of fillings) await outage.during(() => filling.handOut());
      // A worker that finds requests damaged removes them and fails.
      const isFailing = fillings.some((filling) => filling.isFailing);
      if (isFailing && (await prepared.restore(db, requests)) > 0)
        for (const filling of fillings) await outage.during(() => filling.begin());
      else if (fillings.every((filling) => filling.isGivenUp)) break;
      await sleep(pauseMs, undefined, { signal: world.signal }).catch(() => undefined);
      if (world.signal.aborted) throw interrupted();
    }
    const poisoned = fillings.flatMap((filling) => filling.poisoned);
    if (poisoned.length > 0)
      throw unusableFile(`Workers could not replay ${poisoned.join('; ')}`, {
        hint: 'Everything else is in the store. Run the command again to try these once more.',
      });
  } finally {
    for (const filling of fillings) await filling.close();
  }
}

/** Bears that the server is away for a while. */
class Outage {
  readonly #world: World;
  readonly #server: RedisServer;
  #since: number | undefined;

  constructor(world: World, server: RedisServer) {
    this.#world = world;
    this.#server = server;
  }

  /** Asks the server; where it is away nothing happens. @throws UserError (exit 5) where it has been away for too long */
  async during(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
      this.#since = undefined;
    } catch (error) {
      const { name } = this.#server;
      if (this.#since === undefined)
        this.#world.note(`The queue ${name} does not answer; work that is finished is still seen.`);
      this.#since ??= performance.now();
      if (performance.now() - this.#since > longestOutageMs)
        throw unusableFile(`The queue ${name} did not answer for ten minutes`, {
          hint: 'Finished work is in the store. Run the command again once the queue answers.',
          cause: error,
        });
    }
  }
}

/** One version's windows on their way into the store. */
class Filling {
  readonly #world: World;
  readonly #work: VersionWork;
  readonly #queue: WindowQueue;
  #failed: readonly FailedWindow[] = [];
  #isFailing = false;
  #hasNoted = false;

  constructor(world: World, work: VersionWork, queue: WindowQueue) {
    this.#world = world;
    this.#work = work;
    this.#queue = queue;
  }

  /** What an earlier command gave up is tried again. */
  async begin(): Promise<void> {
    await this.#queue.forgetFailed();
  }

  /** Looks for what is finished by now. @returns how many windows are missing */
  async look(): Promise<number> {
    const { replay, store, plan } = this.#work;
    await store.refresh();
    const missing = this.#missing.length;
    const rows = this.#missing.reduce((sum, { from, to }) => sum + to - from, 0);
    replay.onProgress({ version: replay.spec.version, done: plan.rows - rows, total: plan.rows });
    return missing;
  }

  async handOut(): Promise<void> {
    const missing = this.#missing;
    if (missing.length === 0) return;
    const [failed, counts] = await Promise.all([this.#queue.failed(), this.#queue.counts()]);
    this.#failed = failed;
    this.#isFailing = failed.length + counts.pausing > 0;
    const givenUp = new Set(failed.map(({ digest }) => digest));
    const wanted = missing.filter(({ digest }) => !givenUp.has(digest)).slice(0, mostWaiting);
    if (counts.waiting + counts.pausing < wanted.length)
      await this.#queue.add(wanted.map(({ digest, from, to }) => ({ digest, rows: to - from })));
    if (this.#hasNoted || (await this.#queue.workers()) > 0) return;
    this.#hasNoted = true;
    this.#world.note(
      `No worker takes windows of ${this.#work.replay.spec.version} yet: canary worker PLAN --queue URL --store PLACE`,
    );
  }

  /** Whether a try has failed of a window that waits for the next one, or was given up. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Whether every window that is missing was given up. */
  get isGivenUp(): boolean {
    const failed = new Set(this.#failed.map(({ digest }) => digest));
    return this.#missing.every(({ digest }) => failed.has(digest));
  }

  /** What was given up, as a clause; none where nothing was. */
  get poisoned(): readonly string[] {
    const { plan, replay } = this.#work;
    const missing = this.#missing;
    const last = this.#failed.find(({ digest }) => missing.some((window) => window.digest === digest));
    if (last === undefined) return [];
    const places = missing.map((window) => plan.windows.indexOf(window) + 1);
    return [`${countOf(missing.length, 'window')} of ${replay.spec.version} (${formatRanges(places)}): ${last.reason}`];
  }

  async close(): Promise<void> {
    await this.#queue.close().catch(() => undefined);
  }

  get #missing() {
    const { plan, store } = this.#work;
    return plan.windows.filter((window) => store.missingOf(window).length > 0);
  }
}
