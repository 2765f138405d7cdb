import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { runInstalled, type Run } from './harness.ts';

/** Whether Debian's redis-server, or another, is here. */
export function hasRedis(): boolean {
  return spawnSync('sh', ['-c', 'command -v redis-server']).status === 0;
}

/**
 * Starts a server of Redis.
 * @param before what starts it elsewhere, such as in a network namespace
 * @param folder of the data that it starts with and, when it is told to save, keeps; none where absent
 */
export async function startRedis(
  port: number,
  host = '127.0.0.1',
  before: readonly string[] = [],
  folder?: string,
): Promise<ChildProcess> {
  const [program = '', ...args] = [
    ...before,
    'redis-server',
    '--port',
    String(port),
    '--bind',
    host,
    '--save',
    '',
    '--protected-mode',
    'no',
    ...(folder === undefined ? [] : ['--dir', folder]),
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const text of child.stdout.setEncoding('utf8'))
    if (String(text).includes('Ready to accept connections')) return child;
  throw new Error('redis-server ended before it was ready');
}

/** Ends a process at once, and waits until it is gone. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** A worker in a process of its own. */
export interface Worker {
  readonly pid: number;
  readonly ended: Promise<Run>;
}

export function startWorker(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Worker {
  let pid = 0;
  const ended = runInstalled(['worker', 'plan.yaml', ...args], {
    cwd,
    env,
    onStart: (started) => void (pid = started),
  });
  return { pid, ended };
}

/** Ends a worker and the processes of its models, as a machine goes away. */
export async function lose({ pid, ended }: Worker): Promise<void> {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
  await ended;
}
