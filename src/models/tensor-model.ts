import { messageOf } from '../domain/errors.ts';
import type { Model, Outcome } from '../domain/outcome.ts';
import type { OutputSignature } from '../domain/registry.ts';
import { attemptAll, type Attempt } from './attempt.ts';
import { failure, readDecoded, readOutput } from './decode.ts';
import type { Preprocess } from './preprocess.ts';
import { sizeOf, type NumberArray, type TensorNetwork, type TensorOutput } from './tensor-network.ts';

/**
 * A network with its artifact's own encoding and decoding around it. Whatever goes wrong with one input is that
 * request's outcome alone.
 */
export class TensorModel implements Model {
  readonly backend: string;
  readonly #network: TensorNetwork;
  readonly #encodeInput: (input: unknown) => unknown;
  readonly #decodeOutput: ((output: unknown) => unknown) | undefined;
  readonly #output: OutputSignature;
  readonly #width: number;
  /** Encoded inputs of the batch under way, kept because a new array per batch is work for the garbage collector. */
  #values = new Float32Array(0);

  /** @param preprocess null where inputs are already numbers of the network's input shape */
  constructor(network: TensorNetwork, preprocess: Preprocess | null, output: OutputSignature) {
    this.backend = network.backend;
    this.#network = network;
    this.#encodeInput = preprocess?.encode ?? flatten;
    this.#decodeOutput = preprocess?.decode;
    this.#output = output;
    this.#width = sizeOf(network.inputShape);
  }

  async predict(inputs: readonly unknown[]): Promise<Outcome[]> {
    const encoded = await attemptAll(this.#encodeInput, inputs);
    const outcomes: (Outcome | null)[] = [];
    if (this.#values.length < inputs.length * this.#width) {
      this.#values = new Float32Array(inputs.length * this.#width);
    }
    let rows = 0;
    for (const attempt of encoded) {
      const problem = 'thrown' in attempt ? messageOf(attempt.thrown) : this.#place(attempt.value, rows);
      outcomes.push(problem === null ? null : failure('model-error', problem));
      if (problem === null) rows += 1;
    }
    const answers = await this.#answer(rows);
    let next = 0;
    return outcomes.map((outcome) => outcome ?? answers[next++] ?? failure('bad-response', 'the model gave no output'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Writes one encoded input to its row of the batch; returns what is wrong with it, or null. */
  #place(numbers: unknown, row: number): string | null {
    if (!isNumberList(numbers)) return 'the encoded input is not an array of numbers';
    if (numbers.length !== this.#width) return `the encoded input has ${numbers.length} numbers, not ${this.#width}`;
    const start = row * this.#width;
    // A typed array turns anything else than a number into NaN, and some activations turn NaN into a confident answer.
    if (numbers instanceof Float32Array) this.#values.set(numbers, start);
    else for (let index = 0; index < this.#width; index += 1) this.#values[start + index] = numberOrNaN(numbers[index]);
    let sum = 0;
    for (let index = start; index < start + this.#width; index += 1) sum += 0 * (this.#values[index] ?? 0);
    if (sum === 0) return null;
    const values = this.#values.subarray(start, start + this.#width);
    const index = values.findIndex((value) => !Number.isFinite(value));
    return `the encoded input is not a finite number at ${index}`;
  }

  /** The outcomes of the first `rows` rows. */
  async #answer(rows: number): Promise<Outcome[]> {
    const size = Math.min(rows, this.#network.batchLimit);
    const outputs: Attempt<NumberArray>[] = [];
    for (let start = 0; start < rows; start += size) {
      outputs.push(...(await this.#forward(start, Math.min(size, rows - start))));
    }
    const decode = this.#decodeOutput;
    if (decode === undefined) {
      return outputs.map((output) => ('thrown' in output ? thrown(output) : readOutput(output.value, this.#output)));
    }
    const decoded = await attemptAll((output: Attempt<NumberArray>) => {
      if ('thrown' in output) throw output.thrown;
      return decode(output.value);
    }, outputs);
    return decoded.map((attempt) => ('thrown' in attempt ? thrown(attempt) : readDecoded(attempt.value, this.#output)));
  }

  /** Computes rows together where the network keeps them apart, else one by one. */
  async #forward(start: number, count: number): Promise<Attempt<NumberArray>[]> {
    const output = await this.#run(start, count);
    if (count === 1) return ['thrown' in output ? output : { value: output.value.values }];
    if ('value' in output && output.value.shape[0] === count) return splitRows(output.value.values, count);
    const outputs: Attempt<NumberArray>[] = [];
    for (let row = start; row < start + count; row += 1) outputs.push(...(await this.#forward(row, 1)));
    return outputs;
  }

  async #run(start: number, count: number): Promise<Attempt<TensorOutput>> {
    try {
      const values = this.#values.subarray(start * this.#width, (start + count) * this.#width);
      return { value: await this.#network.run(values, count) };
    } catch (error) {
      return { thrown: error };
    }
  }
}

function thrown(attempt: { readonly thrown: unknown }): Outcome {
  return failure('model-error', messageOf(attempt.thrown));
}

function isNumberList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

function numberOrNaN(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function flatten(input: unknown): unknown {
  if (typeof input === 'number') return [input];
  return Array.isArray(input) ? input.flat(Infinity) : input;
}

function splitRows(values: NumberArray, count: number): Attempt<NumberArray>[] {
  const width = values.length / count;
  return Array.from({ length: count }, (_, row) => ({ value: values.subarray(row * width, (row + 1) * width) }));
}
