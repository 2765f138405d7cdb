import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, unusableFile } from '../../domain/errors.ts';
import { lastLines, onceClosed, peakMemoryOf } from '../host/child-process.ts';

/** What a program did while a line was waited for. */
export type Heard =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'silent' }
  /** More characters without a line end than any answer needs. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'ended'; readonly how: string };

/** Characters that a line may have. */
const longestLine = 16 * 1024 * 1024;
/** Characters that are read ahead of the request that will take them; then the program has to wait. */
const readAhead = 1024 * 1024;
const errorTailLength = 4096;
/** How long a program may take to end when its input has ended. */
const closePatienceMs = 500;

/** One life of a program that reads lines and prints lines. */
export class Program {
  readonly #child: ChildProcess;
  /** Whole lines that nobody has asked for yet. */
  readonly #lines: string[] = [];
  /** Pieces of the line that is not whole yet, and how many characters they have. */
  #pieces: string[] = [];
  #pending = 0;
  /** Characters of the whole lines. */
  #ahead = 0;
  #ended: string | undefined;
  #wake: (() => void) | undefined;
  #errorTail = '';
  #peakMemory: number | null = null;

  /**
   * Starts a program in a process group of its own.
   *
   * @param command the program and its arguments
   * @param folder its working directory, absolute
   * @param environment its variables
   * @throws UserError (exit 5) when there is no such program
   */
  static async start(command: readonly string[], folder: string, environment: NodeJS.ProcessEnv): Promise<Program> {
    const [file = '', ...args] = command;
    // Python holds its output back when nobody looks at a terminal, and canary waits for each line.
    const env = { PYTHONUNBUFFERED: '1', ...environment };
    const child = spawn(file, args, { cwd: folder, env, detached: true, stdio: 'pipe' });
    try {
      await once(child, 'spawn');
    } catch (error) {
      throw unusableFile(`The program ${command.join(' ')} cannot be started: ${messageOf(error)}`, {
        hint: `canary looks for it in PATH, and as a path from ${folder}.`,
        cause: error,
      });
    }
    return new Program(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#hear(text);
      if (this.#wake === undefined && this.#ahead + this.#pending > readAhead) child.stdout?.pause();
      this.#wake?.();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorTail = (this.#errorTail + text).slice(-errorTailLength);
    });
    // A program that ends while it is written to is told of by its end.
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => this.#end(error.message));
    child.on('exit', (code, signal) => {
      const how = signal === null ? `the program exited with code ${code}` : `the program was killed by ${signal}`;
      onceClosed(child, () => this.#end(how));
    });
  }

  /** The last lines on standard error, led by a line break, or nothing. */
  get errorTail(): string {
    return lastLines(this.#errorTail);
  }

  /** The last line on standard error, as the end of a sentence. */
  get lastWords(): string {
    const last = this.#errorTail.trimEnd().split('\n').at(-1)?.trim() ?? '';
    return last === '' ? '' : `: ${last}`;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Most memory that the program itself had resident so far, in bytes; null where the system does not tell. */
  get peakMemory(): number | null {
    if (this.#ended === undefined && this.#child.pid !== undefined) {
      this.#peakMemory = peakMemoryOf(this.#child.pid) ?? this.#peakMemory;
    }
    return this.#peakMemory;
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** The next line that it prints, or printed already. @param deadline `performance.now()` of the end of patience */
  async nextLine(deadline: number): Promise<Heard> {
    for (;;) {
      const text = this.#lines.shift();
      if (text !== undefined) {
        this.#ahead -= text.length;
        return { kind: 'line', text };
      }
      if (this.#pending > longestLine) return { kind: 'endless' };
      if (this.#ended !== undefined) return { kind: 'ended', how: this.#ended };
      const left = deadline - performance.now();
      if (left <= 0) return { kind: 'silent' };
      await this.#moreOutput(left);
    }
  }

  /** Kills the program with all that it started. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#ended !== undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is gone already; the end of its leader is on its way.
    }
  }

  /** Ends the input, which is how a program knows that it is no longer needed, and kills it where it goes on. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    this.#child.stdout?.resume();
    const late = setTimeout(() => this.kill(), closePatienceMs);
    await exited;
    clearTimeout(late);
    // Whatever it started and did not end.
    this.kill();
  }

  #hear(text: string): void {
    const [first = '', ...rest] = text.split('\n');
    this.#pieces.push(first);
    this.#pending += first.length;
    for (const start of rest) {
      this.#lines.push(this.#pieces.join(''));
      this.#ahead += this.#pending;
      this.#pieces = [start];
      this.#pending = start.length;
    }
  }

  /** Waits for output, for the end of the program, or for the end of patience. */
  async #moreOutput(patienceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.ceil(patienceMs));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#child.stdout?.resume();
    });
    this.#wake = undefined;
  }

  #end(how: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = how;
    this.#wake?.();
  }
}
