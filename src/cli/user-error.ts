import { type Diagnostic, messageOf, systemErrorCode, unusableFile, UserError } from '../domain/errors.ts';
import { ExitCode } from '../domain/exit-code.ts';
import type { GitHubActions } from './github-actions.ts';
import type { Terminal } from './terminal.ts';

/** Prints a failure that the user can act on: its message, its findings and what to do instead. */
async function tellUserError(error: UserError, terminal: Terminal, github?: GitHubActions): Promise<void> {
  const { userErrorText } = await import('../report/words/findings-text.ts');
  terminal.diagnostic(userErrorText(error, terminal.errorStyle));
  const { message, hint, diagnostics } = error;
  const whole: Diagnostic = {
    severity: 'error',
    rule: 'canary',
    file: '',
    message,
    ...(hint === undefined ? {} : { hint }),
  };
  await github?.annotate(diagnostics.length > 0 ? diagnostics : [whole]);
}

/**
 * Prints any failure of a command: one that the user can act on with what to do, anything else as the bug that it is, with its stack.
 * @returns what it was, with the exit code that stands for it.
 */
export async function tellFailure(thrown: unknown, terminal: Terminal, github?: GitHubActions): Promise<UserError> {
  const error = environmentFailure(thrown) ?? thrown;
  if (error instanceof UserError) {
    await tellUserError(error, terminal, github);
    return error;
  }
  const { sourceStack } = await import('../start/source-stack.ts');
  const stack = error instanceof Error ? sourceStack(error.stack ?? error.message) : String(error);
  terminal.diagnostic(`This is a bug in canary; please report it with the lines below.\n${stack}`);
  return new UserError(ExitCode.bug, `a bug in canary: ${messageOf(error)}`, { cause: error });
}

/** What the system could not give, whatever canary did at the time: not the user's input, and no bug either. */
const environmentFailures: Readonly<Record<string, string>> = {
  EMFILE: 'The system does not let this process open enough files at once (ulimit -n).',
  ENFILE: 'The system has too many files open.',
  ENOSPC: 'The disk is full.',
  EROFS: 'The disk is read-only.',
  EDQUOT: 'The disk quota is used up.',
  EIO: 'A disk could not be read or written.',
  ENOMEM: 'The system has too little memory.',
  EAGAIN: 'The system allows no more processes.',
};

/** How the database says the same. */
const databaseFailure = /^(?:IO|Out of Memory) Error: /u;

/** An error that comes of the machine, as the user is told it (exit 5); undefined for an error of another kind. */
export function environmentFailure(error: unknown): UserError | undefined {
  const known = environmentFailures[systemErrorCode(error) ?? ''];
  if (known === undefined && !databaseFailure.test(messageOf(error))) return undefined;
  return unusableFile(
    `${known ?? 'The database could not use the disk or the memory that it needs.'} ${messageOf(error)}`,
    {
      hint: 'Give the process more room, and run the command again; canary status shows what was already done.',
      cause: error,
    },
  );
}
