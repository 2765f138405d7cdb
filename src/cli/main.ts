import { once } from 'node:events';
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { UserError } from '../domain/errors.ts';
import { ExitCode } from '../domain/exit-code.ts';
import { createGitHubActions, type GitHubActions } from './github-actions.ts';
import { createProgram } from './program.ts';
import { Safety } from './safety.ts';
import { environmentFailure, tellFailure } from './user-error.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { createWorld, type ProcessLike } from './world.ts';

/** Signals that come so soon after the first are the same wish. */
const secondSignalMs = 1000;

/**
 * Runs the program and resolves to its exit code; never rejects.
 * @param tellEveryMs how often long work tells how far it is where no bar can be drawn
 *
 * A failure that the user can act on is printed as a message and a hint. Anything else is a bug: it keeps its stack and exits 70.
 */
export async function main(process: ProcessLike, tellEveryMs = 10_000): Promise<ExitCode> {
  const terminal = createTerminal(process.stdout, process.stderr, process.env);
  const github = createGitHubActions(process.env, process.cwd(), (line) => terminal.diagnostic(line));
  const interruption = new AbortController();
  const stopListening = () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
  const interrupt = () => {
    interruption.abort();
    // A second Ctrl-C ends the process the way the system does it. Not at once: `timeout` and npm send a signal twice, and
    // libraries that tidy up on signals kill the process where they find themselves alone.
    setTimeout(stopListening, secondSignalMs).unref();
  };
  surviveFileSizeLimit(process);
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const done = new AbortController();
  try {
    const safety = new Safety(process.env, process.cwd());
    const world = createWorld(process, terminal, interruption.signal, safety, tellEveryMs);
    let exitCode: ExitCode = ExitCode.ok;
    const program = createProgram({ world, terminal, github, safety, exit: (code) => void (exitCode = code) });
    await Promise.race([program.parseAsync(process.argv), strayFailure(process, done.signal)]);
    await terminal.settle();
    return exitCode;
  } catch (error) {
    // Whatever still runs has nobody to report to any more.
    interruption.abort();
    return await report(error, terminal, github).catch(() => reportPlainly(error, terminal));
  } finally {
    done.abort();
    stopListening();
  }
}

/**
 * A write beyond a limit on the size of files (`ulimit -f`) ends a process without a word unless it listens to the signal;
 * then the write fails like any other, and is told.
 */
function surviveFileSizeLimit(process: ProcessLike): void {
  if ('SIGXFSZ' in constants.signals) process.on('SIGXFSZ', () => undefined);
}

/**
 * Rejects with an error that no promise of ours carries, such as that of a stream: left to itself Node would exit 1, which
 * means nothing here.
 */
async function strayFailure(process: ProcessLike, signal: AbortSignal): Promise<never> {
  const [error]: unknown[] = await once(process, 'uncaughtException', { signal });
  throw error;
}

async function report(thrown: unknown, terminal: Terminal, github: GitHubActions | undefined): Promise<ExitCode> {
  // Commander has printed its own message; help and version are no failures.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  return (await tellFailure(thrown, terminal, github)).exitCode;
}

/** The same without what makes it easy to read: where no file can be opened any more, that cannot be loaded. */
function reportPlainly(thrown: unknown, terminal: Terminal): ExitCode {
  const known = thrown instanceof UserError ? thrown : environmentFailure(thrown);
  terminal.diagnostic(known === undefined ? String(thrown) : `error ${known.message}`);
  return known?.exitCode ?? ExitCode.bug;
}
