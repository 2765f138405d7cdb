import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { madeOnce } from '../cli/made-once.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = fileURLToPath(new URL('injector.c', import.meta.url));

/** Why faults cannot be injected on this machine; undefined where they can. */
export const cannotInject =
  process.platform !== 'linux'
    ? 'faults are injected on Linux alone'
    : spawnSync('cc', ['--version']).error === undefined
      ? undefined
      : 'faults need a C compiler (cc)';

/** What goes wrong in one run of a command. */
export type Fault =
  /** Killed before a call that writes. */
  | { readonly kind: 'kill'; readonly at: number }
  /** Killed when half of a call that writes is done. */
  | { readonly kind: 'torn'; readonly at: number }
  /** Killed so long after it was started. */
  | { readonly kind: 'kill-later'; readonly ms: number }
  /** The disk is full, or read-only, from a call that writes on. */
  | { readonly kind: 'ENOSPC' | 'EROFS'; readonly at: number }
  /** One call that writes, or one that reads, finds a broken disk. */
  | { readonly kind: 'EIO'; readonly calls: 'writes' | 'reads'; readonly at: number }
  /** No file can be opened any more. */
  | { readonly kind: 'EMFILE'; readonly at: number }
  /** The wall clock jumps at one of its readings. */
  | { readonly kind: 'clock'; readonly at: number; readonly seconds: number }
  | { readonly kind: 'memory'; readonly heapMegabytes: number };

export interface Ended {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Evidence made in a test is the same to the byte, since no clock runs. */
const fixedClock = { SOURCE_DATE_EPOCH: '1764547200' };

/** Runs the installed program in a folder with something going wrong, or with nothing. */
export async function runFaulted(folder: string, args: readonly string[], fault?: Fault): Promise<Ended> {
  return await start(folder, args, await environmentOf(folder, fault), fault?.kind === 'kill-later' ? fault.ms : null);
}

/** How many calls a command makes that could go wrong. */
export async function countCalls(
  folder: string,
  args: readonly string[],
  calls: 'writes' | 'reads' | 'opens',
): Promise<number> {
  const log = `${folder}-calls`;
  const env = { ...(await preload()), FAULT_ROOT: folder, FAULT_CALLS: calls, FAULT_LOG: log };
  await start(folder, args, env, null);
  const counts = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').map(Number) : [0];
  rmSync(log, { force: true });
  // The processes that it started end with it, and count nothing that it writes.
  return Math.max(...counts);
}

async function environmentOf(folder: string, fault: Fault | undefined): Promise<Record<string, string>> {
  if (fault === undefined) return {};
  switch (fault.kind) {
    case 'kill-later':
      return {};
    case 'memory':
      return { NODE_OPTIONS: `--max-old-space-size=${fault.heapMegabytes}` };
    case 'clock':
      return { ...(await preload()), FAULT_CLOCK: `${fault.at} ${fault.seconds}` };
    default:
      return { ...(await preload()), FAULT_ROOT: folder, FAULT_AT: String(fault.at), ...action(fault) };
  }
}

type Injected = Exclude<Fault, { kind: 'kill-later' | 'memory' | 'clock' }>;

function action(fault: Injected): { readonly FAULT_CALLS: string; readonly FAULT_DO: string } {
  const { errno } = constants;
  switch (fault.kind) {
    case 'kill':
    case 'torn':
      return { FAULT_CALLS: 'writes', FAULT_DO: fault.kind };
    case 'EIO':
      return { FAULT_CALLS: fault.calls, FAULT_DO: String(errno.EIO) };
    case 'EMFILE':
      return { FAULT_CALLS: 'opens', FAULT_DO: `+${errno.EMFILE}` };
    case 'ENOSPC':
      return { FAULT_CALLS: 'writes', FAULT_DO: `+${errno.ENOSPC}` };
    case 'EROFS':
      return { FAULT_CALLS: 'writes', FAULT_DO: `+${erofs}` };
  }
}

/** Node's table of error numbers has none for it. */
const erofs = 30;

/** The program in a copy, so that a build meanwhile changes nothing of what is tried. */
async function installed(): Promise<string> {
  const folder = await madeOnce('installation', async (unfinished) => {
    for (const part of ['bin', 'dist/bundle', 'package.json', 'src/plan/rollout-plan.schema.json']) {
      cpSync(join(root, part), join(unfinished, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(unfinished, 'node_modules'));
    await Promise.resolve();
  });
  return join(folder, 'bin/canary.js');
}

async function preload(): Promise<{ readonly LD_PRELOAD: string }> {
  const folder = await madeOnce('injector', async (unfinished) => {
    const library = join(unfinished, 'injector.so');
    const { status, stderr } = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the injector does not compile: ${stderr}`);
  });
  return { LD_PRELOAD: join(folder, 'injector.so') };
}

async function start(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  killAfterMs: number | null,
): Promise<Ended> {
  const inherited = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  const child = spawn(process.execPath, [await installed(), ...args], {
    cwd: folder,
    env: { ...inherited, ...fixedClock, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output.stderr += text));
  const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ exitCode, signal, ...output });
    });
  });
}
