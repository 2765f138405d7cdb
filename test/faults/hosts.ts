import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasRedis, killed, startRedis } from '../cli/redis.ts';

const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));
const port = 6379;
/** Of the machine that runs the tests, on each switch. */
const outside = 254;

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
  readonly #lane: number;
  readonly #prefix: string;
  readonly #folder: string;
  #redis: ChildProcess | undefined;

  /**
   * @param lane tells them from other hosts that are there at the same time
   * @param folder keeps what Redis is told to save
   */
  constructor(lane: number, folder: string) {
    this.#lane = lane;
    this.#prefix = `cn${process.pid}-${lane}-`;
    this.#folder = folder;
    for (const host of [1, 2, 3, 4]) must(['ip', 'netns', 'add', this.#name(host)]);
    const first = [...this.#inside(1), 'ip'];
    must([...first, 'link', 'add', 'name', 'sw', 'type', 'bridge']);
    must([...first, 'addr', 'add', `${this.#address(1)}/24`, 'dev', 'sw']);
    for (const link of ['lo', 'sw']) must([...first, 'link', 'set', link, 'up']);
    for (const host of [2, 3, 4]) {
      must([...first, 'link', 'add', `to${host}`, 'type', 'veth', 'peer', 'name', 'eth', 'netns', this.#name(host)]);
      must([...first, 'link', 'set', `to${host}`, 'master', 'sw', 'up']);
      const own = [...this.#inside(host), 'ip'];
      must([...own, 'addr', 'add', `${this.#address(host)}/24`, 'dev', 'eth']);
      for (const link of ['lo', 'eth']) must([...own, 'link', 'set', link, 'up']);
    }
    const link = `${this.#prefix}o`;
    must(['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'out', 'netns', this.#name(1)]);
    must([...first, 'link', 'set', 'out', 'master', 'sw', 'up']);
    must(['ip', 'addr', 'add', `${this.outside}/24`, 'dev', link]);
    must(['ip', 'link', 'set', link, 'up']);
  }

  get queue(): string {
    return `redis://${this.#address(1)}:${port}`;
  }

  /** The address at which the hosts reach servers of the machine itself. */
  get outside(): string {
    return this.#address(outside);
  }

  link(host: number, state: 'up' | 'down'): void {
    must([...this.#inside(1), 'ip', 'link', 'set', `to${host}`, state]);
  }

  /** Starts Redis, with what was saved last. */
  async startRedis(): Promise<void> {
    this.#redis = await startRedis(port, this.#address(1), this.#inside(1), this.#folder);
  }

  /** Has Redis keep what it knows now. */
  saveRedis(): void {
    spawnSync('ip', [...this.#inside(1).slice(1), 'redis-cli', '-h', this.#address(1), 'save']);
  }

  /** Ends Redis at once. @param data what it will start with: what was saved last, or nothing */
  async killRedis(data: 'older' | 'none'): Promise<void> {
    if (this.#redis !== undefined) await killed(this.#redis);
    if (data === 'none') rmSync(join(this.#folder, 'dump.rdb'), { force: true });
  }

  /** Starts canary on a host, as the leader of a process group. */
  start(host: number, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): HostProcess {
    const [command = '', ...before] = this.#inside(host);
    const child = spawn(command, [...before, process.execPath, program, ...args], {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new HostProcess(child);
  }

  remove(): void {
    spawnSync('ip', ['link', 'del', `${this.#prefix}o`]);
    for (const host of [4, 3, 2, 1]) spawnSync('ip', ['netns', 'del', this.#name(host)]);
  }

  #inside(host: number): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name(host)];
  }

  #name(host: number): string {
    return `${this.#prefix}${host}`;
  }

  #address(host: number): string {
    return `10.99.${this.#lane}.${host}`;
  }
}

/** A command on a host, and the processes that it starts. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  #stderr = '';
  /** Undefined while it runs, null where a signal ended it. */
  exitCode: number | null | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => void (this.#stderr += text));
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        this.exitCode = code;
        resolve();
      });
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.exitCode !== undefined || !existsSync(`/proc/${pid}`)) return;
    process.kill(-pid, name);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}

function must([command = '', ...args]: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
