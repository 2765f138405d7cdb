import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { main } from '../../src/cli/main.ts';

/** The program as it is installed; `npm run build` makes what it imports. */
const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Long work tells how far it is as often; never where nothing is said, so that no test depends on how busy the machine is. */
  readonly tellEveryMs?: number;
}

export interface ProcessOptions extends RunOptions {
  /** Another installation's program. */
  readonly program?: string;
  /** Another Node that runs it. */
  readonly node?: string;
  /** Told the process id as soon as there is one, for tests that interrupt. The process leads a group of its own. */
  readonly onStart?: (pid: number) => void;
}

export interface Run {
  /** Null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the whole program in the process of the tests, as a pipeline would see it: no terminal, and of the environment only
 * what every process needs. `test/cli/installed.test.ts` holds that the installed program does the same. Its models still
 * run in processes of their own.
 */
export async function run(
  args: readonly string[],
  { cwd, env = {}, stdin = '', tellEveryMs = Infinity }: RunOptions = {},
): Promise<Run> {
  const output = { stdout: '', stderr: '' };
  const collect = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, done) {
        output[name] += String(chunk);
        done();
      },
    });
  const exitCode = await main(
    Object.assign(new EventEmitter(), {
      argv: [process.execPath, program, ...args],
      env: { ...inherited(), ...env },
      platform: process.platform,
      cwd: () => cwd ?? process.cwd(),
      stdin: Readable.from(stdin === '' ? [] : [stdin]),
      stdout: collect('stdout'),
      stderr: collect('stderr'),
    }),
    tellEveryMs,
  );
  return { exitCode, ...output };
}

/** What long work tells every ten seconds, which on a busy machine is any work. */
const progress = /^working for \d+ s.*\n/gmu;

/** Runs the installed program in a process of its own, where it is the process that counts: its environment, its signals, who else runs. */
export function runInstalled(args: readonly string[], options: ProcessOptions = {}): Promise<Run> {
  const child = spawn(options.node ?? process.execPath, [options.program ?? program, ...args], {
    cwd: options.cwd,
    env: { ...inherited(), ...options.env },
    detached: options.onStart !== undefined,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output.stderr += text));
  child.stdin.end(options.stdin ?? '');
  if (child.pid !== undefined) options.onStart?.(child.pid);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...output, stderr: output.stderr.replaceAll(progress, '') }));
  });
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** A folder that is gone when the test, or the file's hooks, are over. */
export function temporaryFolder(remove: (cleanUp: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'canary-cli-'));
  remove(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file below a folder with the hash of its bytes, and every folder: what must not change when nothing may be written. */
export function treeOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    paths.map((path) => {
      const absolute = join(folder, path);
      if (statSync(absolute).isDirectory()) return [path, 'folder'];
      return [path, createHash('sha256').update(readFileSync(absolute)).digest('hex')];
    }),
  );
}
