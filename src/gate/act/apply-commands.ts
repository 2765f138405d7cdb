import { type ChildProcess, spawn } from 'node:child_process';
import type { AppliedChange } from '../../registry/change/applied.ts';
import type { World } from '../world.ts';

/** How long one command may take, in ms: a router that does not answer must not keep whoever is on call waiting. */
const patienceMs = 60_000;

/**
 * Runs a plan's commands one after the other, in the plan's folder and through the shell, each with the change as JSON on
 * its standard input. What they print is told as notes, since canary's own output is a result.
 * @param timeoutMs how long each may take before it and whatever it started are ended.
 * @returns why a command failed, after which no other was run; undefined when all succeeded.
 */
export async function runCommands(
  world: World,
  folder: string,
  commands: readonly string[],
  change: AppliedChange,
  timeoutMs = patienceMs,
): Promise<string | undefined> {
  for (const command of commands) {
    const failure = await runCommand(world, folder, command, `${JSON.stringify(change)}\n`, timeoutMs);
    if (failure !== undefined) return `${command} ${failure}`;
  }
  return undefined;
}

function runCommand(
  world: World,
  folder: string,
  command: string,
  input: string,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // A group of its own, so that what the shell started ends with it.
    const child = spawn(command, { shell: true, cwd: folder, detached: true });
    let ended: string | undefined;
    const end = (why: string) => {
      ended ??= why;
      killGroup(child);
      // Whatever left the group may hold these open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => end(`did not end within ${timeoutMs / 1000} s`), timeoutMs);
    const stop = () => end('was interrupted');
    world.signal.addEventListener('abort', stop, { once: true });
    if (world.signal.aborted) stop();
    const done = (failure: string | undefined) => {
      clearTimeout(timer);
      world.signal.removeEventListener('abort', stop);
      resolve(failure);
    };
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => void (printed += text));
    }
    // A command that does not read what it is told closes its input early.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', (error) => done(`could not be run: ${error.message}`));
    child.once('close', (code, signal) => {
      if (printed.trim() !== '') world.note(printed.trimEnd());
      if (code === 0) done(undefined);
      else done(ended ?? (code === null ? `was ended by ${signal}` : `exited with ${code}`));
    });
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // No such group: it has ended, or this system has no groups and the command is killed alone.
    child.kill('SIGKILL');
  }
}
