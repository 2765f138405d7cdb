import { basename } from 'node:path';
import { unusableFile } from '../../domain/errors.ts';
import type { CommandModelSpec, Model, Outcome } from '../../domain/outcome.ts';
import { failure, readDecoded } from '../decode.ts';
import { parseExactly, withExactNumbers } from '../exact-numbers.ts';
import type { Environment } from '../http/header-values.ts';
import { type Heard, Program } from './program.ts';
import type { OutputSignature } from '../../domain/registry.ts';

/** So many lives of the program in a row without an answer mean that the version does not work at all. */
const deathLimit = 20;
/** The same before it ever answered, when the program is the likelier culprit than the requests. */
const firstDeathLimit = 3;

/**
 * A version that a program computes: one request per line on its standard input, one answer per line on its standard
 * output, one at a time. A program that ends or does not answer in time is started again, and the request that it was
 * asked is a `crash` or a `timeout`.
 */
export class CommandModel implements Model {
  readonly backend: string;
  readonly parse = parseExactly;
  readonly #spec: CommandModelSpec;
  readonly #environment: Environment;
  readonly #timeoutMs: number;
  #program: Program | null = null;
  /** Whether the program has answered in this life; until then it may still be loading. */
  #awake = false;
  #everAnswered = false;
  #deaths = 0;
  #restarts = 0;
  #asked = 0;
  /** Ids of this life whose answer is no longer wanted. */
  readonly #failed = new Set<string>();
  #peakMemory: number | null = null;

  /**
   * Starts the program.
   *
   * @param environment of the program
   * @param timeoutMs how long one request may take
   * @throws UserError (exit 5) when there is no such program
   */
  static async start(spec: CommandModelSpec, environment: Environment, timeoutMs: number): Promise<CommandModel> {
    const model = new CommandModel(spec, environment, timeoutMs);
    await model.#running();
    return model;
  }

  private constructor(spec: CommandModelSpec, environment: Environment, timeoutMs: number) {
    this.backend = basename(spec.command[0] ?? '');
    this.#spec = spec;
    this.#environment = environment;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws UserError (exit 5) when the program never answers, or ends over and over */
  async predict(inputs: readonly unknown[], deadline = Infinity): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const input of inputs) outcomes.push(await this.#ask(input, deadline));
    this.#notePeak();
    return outcomes;
  }

  get restarts(): number {
    return this.#restarts;
  }

  peakMemory(): number | null {
    return this.#peakMemory;
  }

  abandon(): void {
    this.#program?.kill();
  }

  async close(): Promise<void> {
    await this.#program?.close();
  }

  async #ask(input: unknown, latest: number): Promise<Outcome> {
    const program = await this.#running();
    this.#asked += 1;
    const id = String(this.#asked);
    const patienceMs = this.#awake ? this.#timeoutMs : Math.max(this.#timeoutMs, this.#spec.startTimeoutMs);
    const deadline = Math.min(performance.now() + patienceMs, this.#awake ? latest : Infinity);
    program.write(withExactNumbers(JSON.stringify({ id, input })));
    for (;;) {
      const heard = await program.nextLine(deadline);
      if (heard.kind !== 'line') return this.#bury(program, heard, patienceMs);
      const answer = readAnswer(heard.text, this.#spec.signature.output);
      if (answer.kind === 'for' && this.#failed.has(answer.id)) continue;
      this.#awake = true;
      if (answer.kind === 'for' && answer.id === id) {
        this.#everAnswered = true;
        this.#deaths = 0;
        return answer.outcome;
      }
      // Its own answer may still follow, and is then another request's neighbour.
      this.#failed.add(id);
      return failure('bad-response', answer.kind === 'stray' ? answer.problem : strangerText(answer.id, id));
    }
  }

  /** Takes note of the end of a life, and of the request that it ended over. */
  #bury(program: Program, heard: Exclude<Heard, { kind: 'line' }>, patienceMs: number): Outcome {
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
        `The program ${this.#spec.command.join(' ')} does not work: ${detail}${times}.${program.errorTail}`,
        { hint: hintFor(heard) },
      );
    }
    const kinds = { silent: 'timeout', endless: 'bad-response', ended: 'crash' } as const;
    return failure(kinds[heard.kind], `${detail}${program.lastWords}`);
  }

  async #running(): Promise<Program> {
    if (this.#program !== null) return this.#program;
    this.#awake = false;
    this.#failed.clear();
    this.#program = await Program.start(this.#spec.command, this.#spec.folder, this.#environment);
    return this.#program;
  }

  #notePeak(): void {
    const peak = this.#program?.peakMemory ?? null;
    if (peak !== null) this.#peakMemory = Math.max(this.#peakMemory ?? 0, peak);
  }
}

function strangerText(answered: string, asked: string): string {
  return `the program answered request ${answered} when it was asked request ${asked}`;
}

function endingText(heard: Exclude<Heard, { kind: 'line' }>, patienceMs: number): string {
  if (heard.kind === 'silent') return `no answer within ${patienceMs} ms`;
  return heard.kind === 'endless' ? 'it printed more than 16 MB without a line end' : heard.how;
}

function hintFor(heard: Exclude<Heard, { kind: 'line' }>): string {
  if (heard.kind !== 'silent') {
    return `Try it by hand: echo '{"id":"1","input":…}' piped into it must print one line {"id":"1","prediction":…}.`;
  }
  return 'It must print one line per request and flush it at once; one that loads for long needs artifact.startTimeoutMs.';
}

/** A line as far as it says whom it is for. */
export type AnswerLine =
  | { readonly kind: 'for'; readonly id: string; readonly outcome: Outcome }
  | { readonly kind: 'stray'; readonly problem: string };

/** Reads one line that a program printed: `{"id": …, "prediction": …}` or `{"id": …, "error": …}`. */
export function readAnswer(line: string, signature: OutputSignature): AnswerLine {
  const answer = parse(line);
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    return { kind: 'stray', problem: `the program printed ${shown(line)}, which is not an answer in JSON` };
  }
  if (!('id' in answer) || (typeof answer.id !== 'string' && typeof answer.id !== 'number')) {
    return { kind: 'stray', problem: `the program printed ${shown(line)}, which has no id` };
  }
  return { kind: 'for', id: String(answer.id), outcome: outcomeOf(answer, line, signature) };
}

function outcomeOf(answer: object, line: string, signature: OutputSignature): Outcome {
  const error = 'error' in answer && answer.error !== null ? answer.error : undefined;
  const prediction = 'prediction' in answer && answer.prediction !== null ? answer.prediction : undefined;
  if ((error === undefined) === (prediction === undefined)) {
    return failure('bad-response', `${shown(line)} does not have either a prediction or an error`);
  }
  if (error === undefined) return readDecoded(prediction, signature);
  return failure('model-error', typeof error === 'string' ? error : JSON.stringify(error));
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const mostShown = 80;

function shown(line: string): string {
  return JSON.stringify(line.length > mostShown ? `${line.slice(0, mostShown)}…` : line);
}
