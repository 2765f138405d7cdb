import { messageOf } from '../domain/errors.ts';
import type { Model, Outcome } from '../domain/outcome.ts';
import type { OutputSignature } from '../domain/registry.ts';
import { failure, readDecoded, readOutput } from './decode.ts';
import type { Preprocess } from './preprocess.ts';
import { sizeOf, type NumberArray, type TensorNetwork, type TensorOutput } from './tensor-network.ts';

/** Where a request's encoded input lies in the batch, or why it could not be encoded. */
type Encoded = { readonly row: number } | { readonly failed: Outcome };

/** What the network returned, or threw, for one request. */
type RowOutput = NumberArray | Error;

/**
 * A network with its artifact's own encoding and decoding around it. Whatever goes wrong with one input is that
 * request's outcome alone, and a prediction does not depend on what else is in the batch.
 */
export class TensorModel implements Model {
  readonly backend: string;
  readonly #network: TensorNetwork;
  readonly #preprocess: Preprocess | null;
  readonly #output: OutputSignature;
  readonly #width: number;

  /** @param preprocess null where inputs are already numbers of the network's input shape */
  constructor(network: TensorNetwork, preprocess: Preprocess | null, output: OutputSignature) {
    this.backend = network.backend;
    this.#network = network;
    this.#preprocess = preprocess;
    this.#output = output;
    this.#width = sizeOf(network.inputShape);
  }

  async predict(inputs: readonly unknown[]): Promise<Outcome[]> {
    const values = new Float32Array(inputs.length * this.#width);
    const encoded: Encoded[] = [];
    let rows = 0;
    for (const input of inputs) {
      const failed = await this.#encode(input, values.subarray(rows * this.#width, (rows + 1) * this.#width));
      encoded.push(failed === null ? { row: rows } : { failed });
      if (failed === null) rows += 1;
    }
    const outputs = await this.#forward(values.subarray(0, rows * this.#width), rows);
    const outcomes: Outcome[] = [];
    for (const request of encoded) {
      if ('failed' in request) outcomes.push(request.failed);
      else outcomes.push(await this.#decode(outputs[request.row]));
    }
    return outcomes;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Writes one input's numbers to `target`; returns the outcome when that is not possible. */
  async #encode(input: unknown, target: Float32Array): Promise<Outcome | null> {
    try {
      const numbers = this.#preprocess === null ? flatten(input) : await this.#preprocess.encode(input);
      if (!isNumberList(numbers)) return failure('model-error', 'the encoded input is not an array of numbers');
      if (numbers.length !== target.length) {
        return failure('model-error', `the encoded input has ${numbers.length} numbers, not ${target.length}`);
      }
      for (let index = 0; index < numbers.length; index += 1) {
        const number = numbers[index];
        // A typed array would turn anything else into NaN, and some activations turn NaN into a confident answer.
        if (typeof number !== 'number' || !Number.isFinite(number)) {
          return failure('model-error', `the encoded input is ${String(number)} at ${index}`);
        }
        target[index] = number;
      }
      return null;
    } catch (error) {
      return failure('model-error', messageOf(error));
    }
  }

  /** One output or thrown error per row; computed together where the network keeps the rows apart, else one by one. */
  async #forward(values: Float32Array, rows: number): Promise<RowOutput[]> {
    const size = Math.min(rows, this.#network.batchLimit);
    const outputs: RowOutput[] = [];
    for (let start = 0; start < rows; start += size) {
      const count = Math.min(size, rows - start);
      const part = values.subarray(start * this.#width, (start + count) * this.#width);
      outputs.push(...(await this.#forwardPart(part, count)));
    }
    return outputs;
  }

  async #forwardPart(values: Float32Array, count: number): Promise<RowOutput[]> {
    const output = await this.#run(values, count);
    if (count === 1) return [output instanceof Error ? output : output.values];
    if (!(output instanceof Error) && output.shape[0] === count) return splitRows(output.values, count);
    const outputs: RowOutput[] = [];
    for (let row = 0; row < count; row += 1) {
      outputs.push(...(await this.#forwardPart(values.subarray(row * this.#width, (row + 1) * this.#width), 1)));
    }
    return outputs;
  }

  async #run(values: Float32Array, count: number): Promise<TensorOutput | Error> {
    try {
      return await this.#network.run(values, count);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #decode(output: RowOutput | undefined): Promise<Outcome> {
    if (output === undefined) return failure('bad-response', 'the model returned nothing for this request');
    if (output instanceof Error) return failure('model-error', output.message);
    if (this.#preprocess?.decode === undefined) return readOutput(output, this.#output);
    try {
      return readDecoded(await this.#preprocess.decode(output), this.#output);
    } catch (error) {
      return failure('model-error', messageOf(error));
    }
  }
}

function isNumberList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

function flatten(input: unknown): unknown {
  if (typeof input === 'number') return [input];
  return Array.isArray(input) ? input.flat(Infinity) : input;
}

function splitRows(values: NumberArray, count: number): NumberArray[] {
  const width = values.length / count;
  return Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width));
}
