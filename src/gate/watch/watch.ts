import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { interrupted, invalidInput, unusableFile, UserError } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import { lastEntered } from '../../registry/file/weight-periods.ts';
import { readRegistry } from '../../registry/store/registry-store.ts';
import { takeWatchLease, type WatchLease } from '../../registry/store/watch-lease.ts';
import { announce } from '../notify/announce.ts';
import { loadPlan } from '../rollout/load-plan.ts';
import type { World } from '../world.ts';
import { tick, type Tick, type TickOptions } from './tick.ts';

export interface WatchOptions extends TickOptions {
  readonly everyMs: number;
  /** One tick and no more. */
  readonly once: boolean;
  /** After how long without a move a rollout that holds is given up. */
  readonly maxHoldMs?: number;
}

const longestPauseMs = 3_600_000;
const failuresTold = 3;
const failuresEnding = 5;

/** A plan as it is watched. */
interface Watched {
  readonly file: string;
  readonly model: string;
  readonly registryFolder: string;
  readonly name: string;
  failures: number;
  /** When it may be looked at again, in ms. */
  nextAt: number;
  last?: Tick;
}

/**
 * Looks at plans again and again until each has ended. One process walks a model's rollouts at a time.
 * @param told hears of every tick
 * @returns the exit code: 0 all done, 4 one was rolled back, 3 one held for too long, 5 one failed five times in a row
 * @throws UserError (exit 5) where another watcher has a model, (exit 130) when it is interrupted
 */
export async function watch(
  world: World,
  files: readonly string[],
  options: WatchOptions,
  told: (tick: Tick) => void,
): Promise<ExitCode> {
  const plans = await plansOf(world, files, options);
  const startedAt = Date.now();
  const leases = new Map<string, WatchLease>();
  try {
    for (const { model, registryFolder } of plans) {
      if (leases.has(leaseKey(registryFolder, model))) continue;
      const lastsMs = Math.max(3 * options.everyMs, 60_000);
      leases.set(leaseKey(registryFolder, model), await takeWatchLease(registryFolder, model, lastsMs, new Date()));
    }
    for (;;) {
      const began = Date.now();
      for (const watched of plans.filter((each) => !hasEnded(each) && each.nextAt <= Date.now())) {
        if (world.signal.aborted) throw interrupted();
        const lease = leases.get(leaseKey(watched.registryFolder, watched.model));
        await look(world, watched, options, lease, told);
        const code = await givenUp(world, watched, options, startedAt);
        if (code !== undefined) return code;
      }
      if (options.once || plans.every(hasEnded)) return finalCode(plans);
      // A tick that took longer than its time skips those that it overran.
      const next = Math.min(...plans.filter((each) => !hasEnded(each)).map(({ nextAt }) => nextAt));
      const overdue = Math.max(next, began + options.everyMs * Math.ceil((Date.now() - began) / options.everyMs));
      await sleep(Math.max(0, overdue - Date.now()), undefined, { signal: world.signal }).catch(() => {
        throw interrupted();
      });
    }
  } finally {
    for (const lease of leases.values()) await lease.release();
  }
}

/** Opens each plan once. @throws UserError (exit 2) where one has no stage of the name after which nothing is to be entered */
async function plansOf(world: World, files: readonly string[], { until }: WatchOptions): Promise<readonly Watched[]> {
  const plans: Watched[] = [];
  // A plan that is named twice would move twice in a tick.
  for (const file of new Map(files.map((each) => [resolve(world.cwd, each), each])).values()) {
    const { plan, registryFolder } = await loadPlan(world, file);
    const names = plan.stages.map(({ name }) => name);
    if (until !== undefined && !names.includes(until)) {
      throw invalidInput(`--until ${until}: ${file} has no such stage`, { hint: didYouMean(until, names) });
    }
    plans.push({ file, name: plan.name, model: plan.model, registryFolder, failures: 0, nextAt: 0 });
  }
  return plans;
}

function leaseKey(folder: string, model: string): string {
  return JSON.stringify([folder, model]);
}

function hasEnded({ last }: Watched): boolean {
  return last?.did === 'done' || last?.did === 'completed' || last?.did === 'rolled-back';
}

function finalCode(plans: readonly Watched[]): ExitCode {
  const did = new Set(plans.map(({ last }) => last?.did));
  if (did.has('rolled-back')) return ExitCode.rollback;
  return did.has('failed') ? ExitCode.noVerdict : ExitCode.ok;
}

/** One tick; what fails waits longer each time, and enters nothing. */
async function look(
  world: World,
  watched: Watched,
  options: WatchOptions,
  lease: WatchLease | undefined,
  told: (tick: Tick) => void,
): Promise<void> {
  const stillMine = async () => await lease?.renew(new Date());
  // Whoever lost the model stops at once.
  await stillMine();
  try {
    watched.last = await tick(world, watched.file, options, stillMine);
    watched.failures = 0;
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === ExitCode.interrupted) throw error;
    if (world.signal.aborted) throw interrupted();
    watched.failures += 1;
    watched.last = { plan: watched.file, did: 'failed', why: error.message };
    if (watched.failures === failuresTold) {
      await announce(world, watched.file, undefined, { event: 'failing', reasons: [error.message] });
    }
  }
  const pause = Math.min(
    options.everyMs * 2 ** Math.max(0, watched.failures - 1),
    Math.max(longestPauseMs, options.everyMs),
  );
  watched.nextAt = Date.now() + pause;
  told(watched.last);
}

/** The code to end with, where a plan has failed too often or held for too long. */
async function givenUp(
  world: World,
  { file, name, model, registryFolder, failures, last }: Watched,
  { maxHoldMs }: WatchOptions,
  startedAt: number,
): Promise<ExitCode | undefined> {
  if (failures >= failuresEnding) {
    throw unusableFile(`${file} failed ${failures} times in a row: ${last?.why ?? ''}`, {
      hint: 'No stage was entered meanwhile. Correct what it names, and start the watch again.',
    });
  }
  if (maxHoldMs === undefined || last?.did !== 'held') return undefined;
  const { registry } = await readRegistry(registryFolder, model);
  const since = lastEntered(registry, name)?.since;
  const heldMs = Date.now() - (since === undefined ? startedAt : Date.parse(since));
  if (heldMs < maxHoldMs) return undefined;
  await announce(world, file, undefined, { event: 'stale', reasons: [last.why] });
  return ExitCode.hold;
}
