import { basename } from 'node:path';
import type { CommandModelSpec, Model, Outcome } from '../../domain/outcome.ts';
import { failure, readDecoded } from '../decode.ts';
import { parseExactly } from '../exact-numbers.ts';
import type { Environment } from '../http/header-values.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { type AnswerLine, LineProgram, readLine, shown } from './line-program.ts';
import { usageOf } from '../usage.ts';

/** A version that a program computes: one request per line on its standard input, one answer per line on its standard output. */
export class CommandModel implements Model {
  readonly backend: string;
  readonly parse = parseExactly;
  readonly #program: LineProgram<Outcome>;

  /**
   * Starts the program.
   *
   * @param environment of the program
   * @param timeoutMs how long one request may take
   * @throws UserError (exit 5) when there is no such program
   */
  static async start(spec: CommandModelSpec, environment: Environment, timeoutMs: number): Promise<CommandModel> {
    const { command, folder, startTimeoutMs, signature } = spec;
    const asked = { command, folder, startTimeoutMs, timeoutMs, byHand };
    const dialect = { read: (line: string) => readAnswer(line, signature.output), failure };
    return new CommandModel(basename(command[0] ?? ''), await LineProgram.start(asked, environment, dialect));
  }

  private constructor(backend: string, program: LineProgram<Outcome>) {
    this.backend = backend;
    this.#program = program;
  }

  /** @throws UserError (exit 5) when the program never answers, or ends over and over */
  async predict(inputs: readonly unknown[], deadline = Infinity): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const input of inputs) outcomes.push(await this.#program.ask({ input }, deadline));
    return outcomes;
  }

  get restarts(): number {
    return this.#program.restarts;
  }

  peakMemory(): number | null {
    return this.#program.peakMemory;
  }

  abandon(): void {
    this.#program.abandon();
  }

  async close(): Promise<void> {
    await this.#program.close();
  }
}

const byHand = `Try it by hand: echo '{"id":"1","input":…}' piped into it must print one line {"id":"1","prediction":…}.`;

/** Reads one line that a program printed: `{"id": …, "prediction": …}` or `{"id": …, "error": …}`, with its `usage` where it tells that. */
export function readAnswer(line: string, signature: OutputSignature): AnswerLine<Outcome> {
  const read = readLine(line);
  if ('problem' in read) return { kind: 'stray', problem: read.problem };
  return { kind: 'for', id: read.id, answer: outcomeOf(read.said, line, signature) };
}

function outcomeOf(answer: object, line: string, signature: OutputSignature): Outcome {
  const error = 'error' in answer && answer.error !== null ? answer.error : undefined;
  const prediction = 'prediction' in answer && answer.prediction !== null ? answer.prediction : undefined;
  if ((error === undefined) === (prediction === undefined)) {
    return failure('bad-response', `${shown(line)} does not have either a prediction or an error`);
  }
  if (error !== undefined) return failure('model-error', typeof error === 'string' ? error : JSON.stringify(error));
  return { ...readDecoded(prediction, signature), ...usageOf(answer) };
}
