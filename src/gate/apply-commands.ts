import { spawn } from 'node:child_process';
import type { AppliedChange } from '../registry/applied.ts';
import type { World } from './world.ts';

/**
 * Runs a plan's commands one after the other, in the plan's folder and through the shell, each with the change as JSON on
 * its standard input. What they print is told as notes, since canary's own output is a result.
 * @returns why a command failed, after which no other was run; undefined when all succeeded.
 */
export async function runCommands(
  world: World,
  folder: string,
  commands: readonly string[],
  change: AppliedChange,
): Promise<string | undefined> {
  for (const command of commands) {
    const failure = await runCommand(world, folder, command, `${JSON.stringify(change)}\n`);
    if (failure !== undefined) return `${command} ${failure}`;
  }
  return undefined;
}

function runCommand(world: World, folder: string, command: string, input: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, cwd: folder, signal: world.signal });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => void (printed += text));
    }
    // A command that does not read what it is told closes its input early.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', (error) => resolve(`could not be run: ${error.message}`));
    child.once('close', (code, signal) => {
      if (printed.trim() !== '') world.note(printed.trimEnd());
      if (code === 0) resolve(undefined);
      else resolve(code === null ? `was ended by ${signal}` : `exited with ${code}`);
    });
  });
}
