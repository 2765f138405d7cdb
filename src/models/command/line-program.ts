import { unusableFile } from '../../domain/errors.ts';
import type { ErrorKind } from '../../domain/outcome.ts';
import { withExactNumbers } from '../exact-numbers.ts';
import { type Heard, Program } from './program.ts';

/** So many lives of the program in a row without an answer mean that it does not work at all. */
const deathLimit = 20;
/** The same before it ever answered, when the program is the likelier culprit than the requests. */
const firstDeathLimit = 3;

/** A line as far as it says whom it is for. */
export type AnswerLine<Answer> =
  | { readonly kind: 'for'; readonly id: string; readonly answer: Answer }
  | { readonly kind: 'stray'; readonly problem: string };

/** What lines mean to whoever asks a program. */
export interface Dialect<Answer> {
  read(line: string): AnswerLine<Answer>;
  failure(error: ErrorKind, detail: string): Answer;
}

/** A program that is asked: its command and folder, and how long it may take until its first answer. */
export interface AskedProgram {
  readonly command: readonly string[];
  /** Its working directory, absolute. */
  readonly folder: string;
  readonly startTimeoutMs: number;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** What to try by hand where it does not work: a sentence. */
  readonly byHand: string;
}

/**
 * A program that is asked in lines of JSON: one request per line on its standard input, one answer per line on its standard
 * output, one at a time. One that ends or does not answer in time is started again, and what it was asked is a `crash` or a `timeout`.
 */
export class LineProgram<Answer> {
  readonly #asked: AskedProgram;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #dialect: Dialect<Answer>;
  #program: Program | null = null;
  /** Whether the program has answered in this life; until then it may still be loading. */
  #awake = false;
  #everAnswered = false;
  #deaths = 0;
  #restarts = 0;
  #sent = 0;
  /** Ids of this life whose answer is no longer wanted. */
  readonly #failed = new Set<string>();
  #peakMemory: number | null = null;

  /** Starts the program. @throws UserError (exit 5) when there is no such program */
  static async start<Answer>(
    asked: AskedProgram,
    environment: NodeJS.ProcessEnv,
    dialect: Dialect<Answer>,
  ): Promise<LineProgram<Answer>> {
    const program = new LineProgram(asked, environment, dialect);
    await program.#running();
    return program;
  }

  private constructor(asked: AskedProgram, environment: NodeJS.ProcessEnv, dialect: Dialect<Answer>) {
    this.#asked = asked;
    this.#environment = environment;
    this.#dialect = dialect;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get peakMemory(): number | null {
    this.#notePeak();
    return this.#peakMemory;
  }

  abandon(): void {
    this.#program?.kill();
  }

  async close(): Promise<void> {
    await this.#program?.close();
  }

  /**
   * Asks one thing.
   *
   * @param request to which the id is added
   * @param latest `performance.now()` after which an answer is worth nothing
   * @throws UserError (exit 5) when the program never answers, or ends over and over
   */
  async ask(request: object, latest = Infinity): Promise<Answer> {
    const program = await this.#running();
    this.#sent += 1;
    const id = String(this.#sent);
    const { timeoutMs, startTimeoutMs } = this.#asked;
    const patienceMs = this.#awake ? timeoutMs : Math.max(timeoutMs, startTimeoutMs);
    const deadline = Math.min(performance.now() + patienceMs, this.#awake ? latest : Infinity);
    program.write(withExactNumbers(JSON.stringify({ id, ...request })));
    for (;;) {
      const heard = await program.nextLine(deadline);
      if (heard.kind !== 'line') return this.#bury(program, heard, patienceMs);
      const line = this.#dialect.read(heard.text);
      if (line.kind === 'for' && this.#failed.has(line.id)) continue;
      this.#awake = true;
      if (line.kind === 'for' && line.id === id) {
        this.#everAnswered = true;
        this.#deaths = 0;
        return line.answer;
      }
      // Its own answer may still follow, and is then another request's neighbour.
      this.#failed.add(id);
      return this.#dialect.failure('bad-response', line.kind === 'stray' ? line.problem : strangerText(line.id, id));
    }
  }

  /** Takes note of the end of a life, and of the request that it ended over. */
  #bury(program: Program, heard: Exclude<Heard, { kind: 'line' }>, patienceMs: number): Answer {
    this.#notePeak();
    program.kill();
    this.#program = null;
    this.#deaths += 1;
    this.#restarts += 1;
    const detail = endingText(heard, patienceMs);
    const neverWorked = !this.#everAnswered && (heard.kind === 'silent' || this.#deaths >= firstDeathLimit);
    if (neverWorked || this.#deaths >= deathLimit) {
      const times = this.#deaths === 1 ? '' : `, ${this.#deaths} times in a row`;
      throw unusableFile(
        `The program ${this.#asked.command.join(' ')} does not work: ${detail}${times}.${program.errorTail}`,
        { hint: heard.kind === 'silent' ? tooSlow : this.#asked.byHand },
      );
    }
    const kinds = { silent: 'timeout', endless: 'bad-response', ended: 'crash' } as const;
    return this.#dialect.failure(kinds[heard.kind], `${detail}${program.lastWords}`);
  }

  async #running(): Promise<Program> {
    if (this.#program !== null) return this.#program;
    this.#awake = false;
    this.#failed.clear();
    this.#program = await Program.start(this.#asked.command, this.#asked.folder, this.#environment);
    return this.#program;
  }

  #notePeak(): void {
    const peak = this.#program?.peakMemory ?? null;
    if (peak !== null) this.#peakMemory = Math.max(this.#peakMemory ?? 0, peak);
  }
}

const tooSlow =
  'It must print one line per request and flush it at once; a version that takes long to load needs artifact.startTimeoutMs.';

function strangerText(answered: string, asked: string): string {
  return `the program answered request ${answered} when asked request ${asked}`;
}

function endingText(heard: Exclude<Heard, { kind: 'line' }>, patienceMs: number): string {
  if (heard.kind === 'silent') return `no answer within ${patienceMs} ms`;
  return heard.kind === 'endless' ? 'it printed more than 16 MB without a line end' : heard.how;
}

/** Reads a line of JSON with an id: what it says, or why it is for nobody. */
export function readLine(line: string): { readonly id: string; readonly said: object } | { readonly problem: string } {
  const said = parse(line);
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    return { problem: `the program printed ${shown(line)}, which is not an answer in JSON` };
  }
  if (!('id' in said) || (typeof said.id !== 'string' && typeof said.id !== 'number')) {
    return { problem: `the program printed ${shown(line)}, which has no id` };
  }
  return { id: String(said.id), said };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const mostShown = 80;

/** The beginning of a line, for a message. */
export function shown(line: string): string {
  return JSON.stringify(line.length > mostShown ? `${line.slice(0, mostShown)}…` : line);
}
