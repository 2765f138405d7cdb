import { CommanderError } from 'commander';
import { ExitCode } from '../domain/exit-code.ts';
import { UserError } from '../domain/errors.ts';
import { createProgram } from './program.ts';
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
  try {
    const world = createWorld(process, terminal, interruption.signal);
    let exitCode: ExitCode = ExitCode.ok;
    const program = createProgram({ world, terminal, exit: (code) => void (exitCode = code) });
    await program.parseAsync(process.argv);
    return exitCode;
  } catch (error) {
    return await report(error, terminal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

async function report(error: unknown, terminal: Terminal): Promise<ExitCode> {
  // Commander has printed its own message; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  if (error instanceof UserError) {
    const { userErrorText } = await import('../report/findings-text.ts');
    terminal.diagnostic(userErrorText(error, terminal.errorStyle));
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.diagnostic(`This is a bug in canary; please report it with the lines below.\n${stack}`);
  return ExitCode.bug;
}
