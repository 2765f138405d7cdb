import { ExitCode } from './exit-code.ts';

/** One finding about an input file, located as an editor locates it (line and column start at 1). */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** A stable name of the rule that found it, such as `unknown-key`. */
  readonly rule: string;
  /** Path as the user wrote it. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The text of that line, for showing below the message. */
  readonly lineText?: string;
  /** What is wrong, without the location. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
}

interface UserErrorDetails {
  /** What to do instead, as a sentence or a command. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** Everything that was found, where there is more than the message says. */
  readonly diagnostics?: readonly Diagnostic[];
}

/**
 * A failure that the user can act on: printed as a message and a hint, without a stack.
 * Everything else that is thrown counts as a bug in canary and exits 70.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly diagnostics: readonly Diagnostic[];

  constructor(exitCode: ExitCode, message: string, details: UserErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.exitCode = exitCode;
    this.hint = details.hint;
    this.diagnostics = details.diagnostics ?? [];
  }
}

/** The command line, the plan or its schema is wrong; nothing was done (exit 2). */
export function invalidInput(message: string, details?: UserErrorDetails): UserError {
  return new UserError(ExitCode.usage, message, details);
}

/** An input, model, registry or evidence file could not be used; nothing was changed (exit 5). */
export function unusableFile(message: string, details?: UserErrorDetails): UserError {
  return new UserError(ExitCode.noVerdict, message, details);
}

/** The user or the system asked the program to stop; finished replay work is kept (exit 130). */
export function interrupted(message = 'Interrupted; nothing was changed.'): UserError {
  return new UserError(ExitCode.interrupted, message);
}

/** The system's error code (`ENOENT`, `EACCES`, …) of a thrown value, if it has one. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
