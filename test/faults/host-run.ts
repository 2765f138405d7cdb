import { setTimeout as sleep } from 'node:timers/promises';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { HostProcess, Hosts } from './hosts.ts';
import { flipByte, type SharedPlace } from './shared-places.ts';

const faultKinds = [
  'kill a worker',
  'stop a worker',
  'kill the coordinator',
  'second coordinator',
  'empty Redis',
  'older Redis',
  'link down',
  'full disk',
  'flipped byte',
  'other artifact',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Checkouts of the rollout, as the hosts have them. */
export interface Checkouts {
  /** Of the hosts 2 and 3, without the log. */
  readonly workers: readonly string[];
  readonly coordinators: readonly string[];
  /** Of a worker whose model is not that of its registry. */
  readonly altered: string;
  /** Of a worker whose own disk is full. */
  readonly full: string;
}

/** What a run of a rollout on hosts that fail came to. */
export interface HostsRun {
  /** What was done to the hosts, in order. */
  readonly faults: readonly FaultKind[];
  /** How often a coordinator ended with an error that says to run it again. */
  readonly refused: number;
  readonly problems: readonly string[];
}

/** A worker whose lock is a second long has lost its window after this. */
const stoppedMs = 1600;
const linkDownMs = 1500;
const fullMs = 700;
/** Whoever was refused so often is not refused for want of a server. */
const mostStarts = 30;

/** Has two workers fill a store while their hosts fail in a way that the seed decides. */
export async function runOnHosts(
  hosts: Hosts,
  place: SharedPlace,
  checkouts: Checkouts,
  seed: number,
): Promise<HostsRun> {
  const run = new Run(hosts, place, checkouts, seed);
  try {
    return await run.toTheEnd();
  } finally {
    await run.end();
  }
}

class Run {
  readonly #hosts: Hosts;
  readonly #place: SharedPlace;
  readonly #checkouts: Checkouts;
  readonly #below: (limit: number) => number;
  readonly #workers = new Map<number, HostProcess>();
  readonly #coordinators: HostProcess[] = [];
  readonly #others: HostProcess[] = [];
  /** What ends a fault that lasts a while. */
  readonly #passing: Promise<void>[] = [];
  readonly #undo: (() => void)[] = [];
  readonly #problems: string[] = [];
  #refused = 0;

  constructor(hosts: Hosts, place: SharedPlace, checkouts: Checkouts, seed: number) {
    const random = xoroshiro128plus(seed);
    this.#hosts = hosts;
    this.#place = place;
    this.#checkouts = checkouts;
    this.#below = (limit) => (random.next() >>> 0) % limit;
  }

  async toTheEnd(): Promise<HostsRun> {
    const planned = Array.from({ length: 3 + this.#below(3) }, () => ({
      kind: faultKinds[this.#below(faultKinds.length)] ?? 'kill a worker',
      host: 2 + this.#below(2),
      afterMs: 100 + this.#below(700),
    }));
    await this.#hosts.killRedis('none');
    await this.#hosts.startRedis();
    for (const host of [2, 3]) this.#startWorker(host);
    this.#startCoordinator();
    const faults: FaultKind[] = [];
    for (const { kind, host, afterMs } of planned) {
      if (await this.#isDoneWithin(afterMs)) break;
      await this.#apply(kind, host);
      faults.push(kind);
    }
    while (!(await this.#isDoneWithin(500))) continue;
    return { faults, refused: this.#refused, problems: this.#problems };
  }

  /** Waits until all coordinators have ended well, or for so long; starts again what has ended otherwise. */
  async #isDoneWithin(ms: number): Promise<boolean> {
    const running = this.#coordinators.map(({ ended }) => ended);
    await Promise.race([Promise.all(running), sleep(ms)]);
    // A worker that found Redis away or its disk full has ended; its host starts another.
    for (const [host, worker] of this.#workers) if (worker.exitCode !== undefined) this.#startWorker(host, worker);
    for (const [index, coordinator] of this.#coordinators.entries()) {
      const { exitCode, stderr } = coordinator;
      if (exitCode === undefined || exitCode === 0) continue;
      if (exitCode !== null && exitCode !== 5) this.#problems.push(`a coordinator ended with ${exitCode}: ${stderr}`);
      if (exitCode === 5) this.#refused += 1;
      if (/could not replay|lacks/u.test(stderr)) this.#problems.push(stderr);
      if (this.#refused + this.#problems.length > mostStarts) throw new Error(`it never ends: ${stderr}`);
      this.#coordinators[index] = this.#start(4, 'replay', this.#checkouts.coordinators[index] ?? '');
    }
    return this.#coordinators.every(({ exitCode }) => exitCode === 0);
  }

  async #apply(kind: FaultKind, host: number): Promise<void> {
    if (kind === 'kill a worker') {
      await this.#workers.get(host)?.kill();
      this.#startWorker(host);
    } else if (kind === 'stop a worker') {
      const worker = this.#workers.get(host);
      worker?.signal('SIGSTOP');
      this.#later(stoppedMs, () => worker?.signal('SIGCONT'));
    } else if (kind === 'kill the coordinator') this.#coordinators[0]?.signal('SIGKILL');
    else if (kind === 'second coordinator') this.#startCoordinator();
    else if (kind === 'empty Redis' || kind === 'older Redis') {
      if (kind === 'older Redis') this.#hosts.saveRedis();
      await sleep(this.#below(400));
      await this.#hosts.killRedis(kind === 'older Redis' ? 'older' : 'none');
      await sleep(this.#below(600));
      await this.#hosts.startRedis();
    } else if (kind === 'link down') {
      this.#hosts.link(host, 'down');
      this.#later(linkDownMs, () => this.#hosts.link(host, 'up'));
    } else if (kind === 'full disk') await this.#fill(host);
    else if (kind === 'flipped byte') await flipByte(this.#place, this.#below);
    else this.#others.push(this.#start(host, 'worker', this.#checkouts.altered));
  }

  /** Of a folder its own disk; of a bucket that of a worker, which keeps there what it fetches. */
  async #fill(host: number): Promise<void> {
    const free = this.#place.fill?.();
    if (free !== undefined) return this.#later(fullMs, free);
    await this.#workers.get(host)?.kill();
    this.#workers.set(host, this.#start(host, 'worker', this.#checkouts.full));
  }

  #later(ms: number, undo: () => void): void {
    this.#undo.push(undo);
    this.#passing.push(sleep(ms).then(undo));
  }

  #startWorker(host: number, before?: HostProcess): void {
    if (before !== undefined && before.exitCode !== 5)
      this.#problems.push(`a worker ended with ${before.exitCode}: ${before.stderr}`);
    this.#workers.set(host, this.#start(host, 'worker', this.#checkouts.workers[host - 2] ?? ''));
  }

  #startCoordinator(): void {
    const checkout = this.#checkouts.coordinators[this.#coordinators.length];
    if (checkout !== undefined) this.#coordinators.push(this.#start(4, 'replay', checkout));
  }

  #start(host: number, command: 'worker' | 'replay', cwd: string): HostProcess {
    const { store, env } = this.#place;
    const lock = command === 'worker' ? ['--lock', '1'] : [];
    const args = [command, 'plan.yaml', '--store', store, '--queue', this.#hosts.queue, ...lock];
    return this.#hosts.start(host, args, cwd, env);
  }

  async end(): Promise<void> {
    await Promise.all(this.#passing);
    for (const process of [...this.#workers.values(), ...this.#coordinators]) await process.kill();
    for (const { exitCode, stderr } of this.#others)
      if (exitCode !== 5 && exitCode !== undefined)
        this.#problems.push(`a worker of another artifact ended with ${exitCode}: ${stderr}`);
      else if (stderr.includes('Takes windows')) this.#problems.push('a worker of another artifact took windows');
    for (const process of this.#others) await process.kill();
    await this.#hosts.killRedis('none');
  }
}
