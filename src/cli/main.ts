import { CommanderError } from 'commander';
import { ExitCode } from '../domain/exit-code.ts';
import { UserError } from '../domain/errors.ts';
import { createProgram } from './program.ts';
import { tellUserError } from './user-error.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { createWorld, type ProcessLike } from './world.ts';

/**
 * Runs the program and resolves to its exit code; never rejects.
 * A failure that the user can act on is printed as a message and a hint. Anything else is a bug: it keeps its stack and exits 70.
 */
export async function main(process: ProcessLike): Promise<ExitCode> {
  const terminal = createTerminal(process.stdout, process.stderr, process.env);
  const interruption = new AbortController();
  // Only once: a second Ctrl-C ends the process the way the system does it.
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const stray = strayFailures(process);
  try {
    const world = createWorld(process, terminal, interruption.signal);
    let exitCode: ExitCode = ExitCode.ok;
    const program = createProgram({ world, terminal, exit: (code) => void (exitCode = code) });
    await Promise.race([program.parseAsync(process.argv), stray.failure]);
    return exitCode;
  } catch (error) {
    // Whatever still runs has nobody to report to any more.
    interruption.abort();
    return await report(error, terminal);
  } finally {
    stray.ignore();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Errors that no promise of ours carries, such as those of a stream: without this Node would exit 1, which reads as nothing. */
function strayFailures(process: ProcessLike): { readonly failure: Promise<never>; ignore(): void } {
  let fail: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  return {
    failure,
    ignore() {
      process.off('uncaughtException', fail);
      process.off('unhandledRejection', fail);
    },
  };
}

async function report(error: unknown, terminal: Terminal): Promise<ExitCode> {
  // Commander has printed its own message; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  if (error instanceof UserError) {
    await tellUserError(error, terminal);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.diagnostic(`This is a bug in canary; please report it with the lines below.\n${stack}`);
  return ExitCode.bug;
}
