import { unusableFile } from '../domain/errors.ts';
import { type ColorInfo, type ColorSupportLevel, supportsColor, supportsColorStderr } from 'chalk';

/** Standard output or error: a terminal, which has a width, or a file or pipe. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where results and diagnostics go, and what the result's terminal can show. */
export interface Terminal {
  /** Prints a result, complete with its line ends, to standard output. */
  result(text: string): void;
  /** Prints a line about the work to standard error. */
  diagnostic(line: string): void;
  /** Waits until the result is written. @throws UserError (exit 5) where it could not be, as on a full disk. */
  settle(): Promise<void>;
  /** What the result may use, and what a diagnostic may. */
  readonly style: Style;
  readonly errorStyle: Style;
  /** Whether results go to a terminal that somebody watches, and not to a file or pipe. */
  readonly isInteractive: boolean;
}

interface Style {
  readonly color: ColorSupportLevel;
  readonly columns: number;
  readonly unicode: boolean;
}

const columnsWithoutTerminal = 100;

/** Standard output and error of a process, with colours and width as its environment wants them. */
export function createTerminal(stdout: OutputStream, stderr: OutputStream, environment: NodeJS.ProcessEnv): Terminal {
  let failure: NodeJS.ErrnoException | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error;
  });
  // Where diagnostics cannot be written, there is nobody to tell.
  stderr.on('error', () => undefined);
  return {
    result: (text) => void stdout.write(text),
    settle: async () => {
      await new Promise<void>((written) => void stdout.write('', () => written()));
      // A reader that has seen enough (`canary status | head -1`) closes the pipe; that is not a failure of the command.
      if (failure === undefined || failure.code === 'EPIPE') return;
      throw unusableFile(`The result could not be written to standard output: ${failure.message}`, {
        hint: 'What the command did stands; canary status shows it.',
        cause: failure,
      });
    },
    diagnostic: (line) => void stderr.write(`${line}\n`),
    style: styleOf(stdout, supportsColor, environment),
    errorStyle: styleOf(stderr, supportsColorStderr, environment),
    isInteractive: stdout.isTTY === true,
  };
}

function styleOf(stream: OutputStream, supported: ColorInfo, environment: NodeJS.ProcessEnv): Style {
  return {
    color: colorLevel(supported, environment),
    columns: columnsOf(stream, environment),
    unicode: showsUnicode(environment),
  };
}

/** The Linux console and Windows' old one have no glyphs for the few drawn characters; terminals that have them say who they are. */
export function showsUnicode({ TERM, OS, WT_SESSION, TERM_PROGRAM }: NodeJS.ProcessEnv): boolean {
  if (TERM === 'dumb' || TERM === 'linux') return false;
  return OS !== 'Windows_NT' || WT_SESSION !== undefined || TERM_PROGRAM !== undefined || TERM !== undefined;
}

/** https://no-color.org: any value but the empty one turns colour off; FORCE_COLOR is the stronger wish. */
function colorLevel(supported: ColorInfo, environment: NodeJS.ProcessEnv): ColorSupportLevel {
  const unwanted = environment['NO_COLOR'] !== undefined && environment['NO_COLOR'] !== '';
  if (unwanted && environment['FORCE_COLOR'] === undefined) return 0;
  return supported === false ? 0 : supported.level;
}

function columnsOf(stream: OutputStream, environment: NodeJS.ProcessEnv): number {
  const written = Number(environment['COLUMNS']);
  if (stream.isTTY === true && stream.columns !== undefined && stream.columns > 0) return stream.columns;
  return Number.isInteger(written) && written > 0 ? written : columnsWithoutTerminal;
}
