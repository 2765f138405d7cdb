import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The program as it is installed; `npm run build` makes what it imports. */
const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Another installation's program. */
  readonly program?: string;
  /** Told the process id as soon as there is one, for tests that interrupt. The process leads a group of its own. */
  readonly onStart?: (pid: number) => void;
}

export interface Run {
  /** Null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `canary` as a pipeline would: no terminal, and of the environment only what every process needs. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [options.program ?? program, ...args], {
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
    child.once('close', (exitCode) => resolve({ exitCode, ...output }));
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
