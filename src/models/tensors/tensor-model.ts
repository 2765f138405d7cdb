import { messageOf } from '../../domain/errors.ts';
import type { Model, Outcome } from '../../domain/outcome.ts';
import type { Signature } from '../../domain/registry.ts';
import { failure } from '../decode.ts';
import { parseExactly } from '../exact-numbers.ts';
import type { Preprocess } from '../preprocess.ts';
import { type EncodedRequest, TensorEncoder } from './tensor-inputs.ts';
import type { OutputTensor, OutputValues, TensorNetwork } from './tensor-network.ts';
import { chooseOutputs, decodedOutputs, type ZipMap } from './tensor-outputs.ts';
import { bothSignatures, matchInputs } from './tensor-signature.ts';

/** What a call gives back of one request, output by output. */
type Row = readonly OutputValues[];

/** The parts of a model that depend on its file and on the registry. */
interface Wiring {
  readonly network: TensorNetwork;
  readonly encoder: TensorEncoder;
  /** How many requests share a call: exactly so many, or Infinity for any number. */
  readonly batch: number;
  readonly encode: (input: unknown) => unknown;
  readonly fetches: readonly string[];
  readonly read: (rows: readonly Attempt<Row>[]) => Promise<Outcome[]>;
}

/** What a network is made into a model with. */
export interface TensorModelParts {
  readonly network: TensorNetwork;
  /** Lists of maps among its outputs, and the tensors behind them. */
  readonly zipMaps: readonly ZipMap[];
  readonly signature: Signature;
  /** The artifact's own code; null where inputs are recorded as the model takes them. */
  readonly preprocess: Preprocess | null;
  /** The model's file, for messages. */
  readonly file: string;
}

/**
 * Puts the artifact's own encoding and decoding around a network.
 *
 * @throws UserError (exit 5) where the network is not what the signature says, with both in the message
 */
export function tensorModel({ network, zipMaps, signature, preprocess, file }: TensorModelParts): Model {
  const { inputs, outputs } = network;
  const context = `${bothSignatures(signature, { inputs, outputs })}\n  (${file})`;
  const matched = matchInputs(inputs, signature.input, preprocess !== null, context);
  const wiring = {
    network,
    encoder: new TensorEncoder(matched.inputs),
    batch: matched.batch,
    encode: preprocess?.encode ?? ((input: unknown) => input),
  };
  const decode = preprocess?.decode;
  // An artifact's own code gets the numbers that JavaScript has.
  const exact = preprocess === null && inputs.some(({ type }) => type === 'int64' || type === 'uint64');
  if (decode === undefined) {
    const { fetches, read } = chooseOutputs(outputs, zipMaps, signature.output, context);
    const readAll = (rows: readonly Attempt<Row>[]) => Promise.resolve(rows.map(answered(read)));
    return new TensorModel({ ...wiring, fetches, read: readAll }, exact);
  }
  const { fetches, gather, read } = decodedOutputs(outputs, zipMaps, signature.output);
  const readAll = async (rows: readonly Attempt<Row>[]): Promise<Outcome[]> => {
    const decoded = await attemptAll((row: Attempt<Row>) => {
      if ('thrown' in row) throw row.thrown;
      return decode(gather(row.value));
    }, rows);
    return decoded.map(answered(read));
  };
  return new TensorModel({ ...wiring, fetches, read: readAll }, exact);
}

function answered<T>(read: (value: T) => Outcome): (attempt: Attempt<T>) => Outcome {
  return (row) => ('thrown' in row ? failure('model-error', messageOf(row.thrown)) : read(row.value));
}

/** Whatever goes wrong with one input is that request's outcome alone. */
class TensorModel implements Model {
  readonly backend: string;
  readonly oneByOne?: string;
  readonly parse?: (text: string) => unknown;
  readonly #wiring: Wiring;

  /** @param exact whether whole numbers beyond 2^53 are to be kept as they are recorded */
  constructor(wiring: Wiring, exact: boolean) {
    const { backend, oneByOne } = wiring.network;
    this.backend = backend;
    // A model that takes one request per call shares it with nobody anyway.
    if (oneByOne !== undefined && wiring.batch !== 1) this.oneByOne = oneByOne;
    if (exact) this.parse = parseExactly;
    this.#wiring = wiring;
  }

  async predict(inputs: readonly unknown[]): Promise<Outcome[]> {
    const { encode, encoder, read } = this.#wiring;
    const values = await attemptAll(encode, inputs);
    const encoded: Attempt<EncodedRequest>[] = [];
    for (const value of values) {
      try {
        encoded.push('thrown' in value ? value : { value: encoder.encode(value.value) });
      } catch (error) {
        encoded.push({ thrown: error });
      }
    }
    const rows: Attempt<Row>[] = [];
    for (const call of this.#calls(encoded)) {
      rows.push(...('thrown' in call ? [call] : await this.#compute(call.value)));
    }
    return await read(rows);
  }

  async close(): Promise<void> {
    await this.#wiring.network.close();
  }

  /** Neighbours of equal shapes share a call, as many as the model takes. */
  *#calls(encoded: readonly Attempt<EncodedRequest>[]): Generator<Attempt<EncodedRequest[]>> {
    let together: EncodedRequest[] = [];
    for (const request of encoded) {
      const next = 'thrown' in request ? null : request.value;
      const joins = next !== null && next.shapes === together[0]?.shapes && together.length < this.#wiring.batch;
      if (!joins && together.length > 0) {
        yield { value: together };
        together = [];
      }
      if ('thrown' in request) yield request;
      else together.push(request.value);
    }
    if (together.length > 0) yield { value: together };
  }

  /** Computes requests together where the model keeps them apart, else one by one. */
  async #compute(requests: readonly EncodedRequest[]): Promise<Attempt<Row>[]> {
    const { batch } = this.#wiring;
    const rows = Number.isFinite(batch) ? batch : requests.length;
    const together = await this.#run(requests, rows);
    if ('value' in together) return together.value.map((value) => ({ value }));
    if (requests.length === 1) return [together];
    const one: Attempt<Row>[] = [];
    for (const request of requests) one.push(...(await this.#compute([request])));
    return one;
  }

  async #run(requests: readonly EncodedRequest[], rows: number): Promise<Attempt<Row[]>> {
    const { network, encoder, fetches } = this.#wiring;
    try {
      const outputs = await network.run(encoder.tensors(requests, rows), fetches);
      const columns = outputs.map((output, index) => splitRows(fetches[index] ?? '', output, rows));
      return { value: requests.map((_, row) => columns.map((column) => column[row] ?? [])) };
    } catch (error) {
      return { thrown: error };
    }
  }
}

/** An output's values, request by request. @throws Error where the model does not keep requests apart */
function splitRows(name: string, { shape, values }: OutputTensor, rows: number): OutputValues[] {
  if (rows === 1) return [values];
  if (shape[0] !== rows) {
    throw new Error(`${name} has the shape [${shape.join(', ')}] for ${rows} requests`);
  }
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) =>
    ArrayBuffer.isView(values)
      ? values.subarray(row * width, (row + 1) * width)
      : values.slice(row * width, (row + 1) * width),
  );
}

/** What code that may throw returned or threw. */
type Attempt<T> = { readonly value: T } | { readonly thrown: unknown };

/** Calls a function for each item. Waits only if one gave a promise: waiting for each would cost more than most calls. */
async function attemptAll<T>(work: (item: T) => unknown, items: readonly T[]): Promise<Attempt<unknown>[]> {
  let waits = false;
  const attempts: Attempt<unknown>[] = [];
  for (const item of items) {
    try {
      const value = work(item);
      waits ||= value instanceof Promise;
      attempts.push({ value });
    } catch (error) {
      attempts.push({ thrown: error });
    }
  }
  if (!waits) return attempts;
  return Promise.all(
    attempts.map(async (settled) => {
      try {
        return 'value' in settled ? { value: await settled.value } : settled;
      } catch (error) {
        return { thrown: error };
      }
    }),
  );
}
