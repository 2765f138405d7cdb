import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hasRedis, killed, startRedis } from '../cli/redis.ts';

const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));
const port = 6379;
const address = (host: number) => `10.99.0.${host}`;

/** Whether hosts can be made here: by root, on Linux, with Redis. */
export function canMakeHosts(): boolean {
  if (process.getuid?.() !== 0 || !hasRedis()) return false;
  const name = `canary-try-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name]).status === 0;
  if (made) spawnSync('ip', ['netns', 'del', name]);
  return made;
}

/** Four hosts on a switch of their own: one for Redis, two for workers, and the last for whoever hands out work. */
export class Hosts {
  readonly #prefix = `cn${process.pid}-`;
  readonly queue = `redis://${address(1)}:${port}`;

  constructor() {
    for (const host of [1, 2, 3, 4]) must(['ip', 'netns', 'add', this.#name(host)]);
    const first = [...this.inside(1), 'ip'];
    must([...first, 'link', 'add', 'name', 'sw', 'type', 'bridge']);
    must([...first, 'addr', 'add', `${address(1)}/24`, 'dev', 'sw']);
    for (const link of ['lo', 'sw']) must([...first, 'link', 'set', link, 'up']);
    for (const host of [2, 3, 4]) {
      must([...first, 'link', 'add', `to${host}`, 'type', 'veth', 'peer', 'name', 'eth', 'netns', this.#name(host)]);
      must([...first, 'link', 'set', `to${host}`, 'master', 'sw', 'up']);
      const own = [...this.inside(host), 'ip'];
      must([...own, 'addr', 'add', `${address(host)}/24`, 'dev', 'eth']);
      for (const link of ['lo', 'eth']) must([...own, 'link', 'set', link, 'up']);
    }
  }

  /** What a command begins with that runs on a host. */
  inside(host: number): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name(host)];
  }

  link(host: number, state: 'up' | 'down'): void {
    must([...this.inside(1), 'ip', 'link', 'set', `to${host}`, state]);
  }

  async redis(): Promise<ChildProcess> {
    return await startRedis(port, address(1), this.inside(1));
  }

  remove(): void {
    for (const host of [4, 3, 2, 1]) spawnSync('ip', ['netns', 'del', this.#name(host)]);
  }

  #name(host: number): string {
    return `${this.#prefix}${host}`;
  }
}

function must([command = '', ...args]: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

/** What a run of a rollout on hosts that fail came to. */
export interface HostsRun {
  readonly exitCode: number | null;
  readonly stderr: string;
  /** What was done to the hosts, in order. */
  readonly faults: readonly string[];
}

/**
 * Has two workers fill a store while their hosts fail in a way that the seed decides.
 * @param checkout makes a checkout of the rollout; those of workers have no log
 */
export async function runOnHosts(
  hosts: Hosts,
  seed: number,
  store: string,
  checkout: (withLog: boolean) => string,
): Promise<HostsRun> {
  const random = xoroshiro128plus(seed);
  const below = (limit: number) => (random.next() >>> 0) % limit;
  const places = ['--store', store, '--queue', hosts.queue];
  const workerOn = (host: number) =>
    startOn(hosts, host, ['worker', 'plan.yaml', '--lock', '1', ...places], checkout(false));
  let redis = await hosts.redis();
  const workers = new Map([2, 3].map((host) => [host, workerOn(host)]));
  const main = startOn(hosts, 4, ['replay', 'plan.yaml', ...places], checkout(true));
  let stderr = '';
  let exitCode: number | null = null;
  main.stderr?.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const ended = new Promise<true>((resolve) => {
    main.once('close', (code) => {
      exitCode = code;
      resolve(true);
    });
  });
  const faults: string[] = [];
  const worker = (host: number) => workers.get(host);
  while (!(await Promise.race([ended, sleep(300 + below(600), false)]))) {
    const host = 2 + below(2);
    const fault = below(5);
    faults.push(`${['kill', 'stop', 'redis', 'link', 'flip'][fault]} ${host}`);
    if (fault === 0) {
      signal(worker(host), 'SIGKILL');
      workers.set(host, workerOn(host));
    } else if (fault === 1) {
      // Longer than its lock: it wakes up and commits what is another's by then.
      signal(worker(host), 'SIGSTOP');
      await sleep(2500);
      signal(worker(host), 'SIGCONT');
    } else if (fault === 2) {
      await killed(redis);
      await sleep(below(1000));
      redis = await hosts.redis();
    } else if (fault === 3) {
      hosts.link(host, 'down');
      await sleep(1500);
      hosts.link(host, 'up');
    } else flipByte(store, below);
    // A worker that found Redis away as it started has ended; its host starts another.
    for (const [at, each] of workers) if (each.exitCode !== null) workers.set(at, workerOn(at));
  }
  for (const each of workers.values()) signal(each, 'SIGKILL');
  await killed(redis);
  return { exitCode, stderr, faults };
}

function startOn(hosts: Hosts, host: number, args: readonly string[], cwd: string): ChildProcess {
  const [command = '', ...before] = hosts.inside(host);
  return spawn(command, [...before, process.execPath, program, ...args], {
    cwd,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** To a process and all that it started. */
function signal(child: ChildProcess | undefined, name: NodeJS.Signals): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, name);
}

/** Alters a byte of a part that somebody finished, if there is one. */
function flipByte(store: string, below: (limit: number) => number): void {
  const parts = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\/[^./]+\.[\da-f]{16}\.parquet$/u.test(name),
  );
  const part = parts.toSorted()[below(Math.max(1, parts.length))];
  if (part === undefined) return;
  const path = join(store, part);
  const bytes = readFileSync(path);
  const at = below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
