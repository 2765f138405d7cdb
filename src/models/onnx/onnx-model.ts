import type { InferenceSession, OnnxValue } from 'onnxruntime-node';
import { messageOf } from '../../domain/errors.ts';
import type { Model, Outcome } from '../../domain/outcome.ts';
import type { Signature } from '../../domain/registry.ts';
import { attempt, attemptAll, type Attempt } from '../attempt.ts';
import { failure } from '../decode.ts';
import type { Preprocess } from '../preprocess.ts';
import { type EncodedRequest, OnnxEncoder } from './onnx-inputs.ts';
import { chooseOutputs, decodedOutputs, type OutputValues } from './onnx-outputs.ts';
import { importOnnxRuntime } from './onnx-runtime.ts';
import { openOnnxSession } from './onnx-session.ts';
import { bothSignatures, describeValues, matchInputs } from './onnx-signature.ts';

/** What a call gives back of one request, output by output. */
type Row = readonly OutputValues[];

/** The parts of a model that depend on its file and on the registry. */
interface Wiring {
  readonly session: InferenceSession;
  readonly encoder: OnnxEncoder;
  /** How many requests share a call: exactly so many, or Infinity for any number. */
  readonly batch: number;
  readonly encode: (input: unknown) => unknown;
  readonly fetches: readonly string[];
  readonly read: (rows: readonly Attempt<Row>[]) => Promise<Outcome[]>;
}

/**
 * Loads the ONNX model of an artifact.
 *
 * @param folder the artifact's absolute path, already verified
 * @param preprocess the artifact's own code; null where inputs are recorded as the model takes them
 * @throws UserError (exit 5) when onnxruntime-node is missing, or the files are no model of this signature
 */
export async function loadOnnxModel(
  folder: string,
  signature: Signature,
  preprocess: Preprocess | null,
): Promise<Model> {
  const runtime = await importOnnxRuntime();
  const { session, zipMaps, file } = await openOnnxSession(runtime, folder);
  const outputs = describeValues(session.outputMetadata);
  const inputs = describeValues(session.inputMetadata).filter((input) => input.type !== null);
  const context = `${bothSignatures(signature, { inputs, outputs })}\n  (${file})`;
  const matched = matchInputs(inputs, signature.input, preprocess !== null, context);
  const wiring = {
    session,
    encoder: new OnnxEncoder(runtime, matched.inputs),
    batch: matched.batch,
    encode: preprocess?.encode ?? ((input: unknown) => input),
  };
  const decode = preprocess?.decode;
  const { node = 'of an unknown version' } = runtime.env.versions;
  const backend = `onnxruntime ${node}`;
  if (decode === undefined) {
    const { fetches, read } = chooseOutputs(outputs, zipMaps, signature.output, context);
    return new OnnxModel(backend, { ...wiring, fetches, read: (rows) => Promise.resolve(rows.map(answered(read))) });
  }
  const { fetches, gather, read } = decodedOutputs(outputs, zipMaps, signature.output);
  const readAll = async (rows: readonly Attempt<Row>[]): Promise<Outcome[]> => {
    const decoded = await attemptAll((row: Attempt<Row>) => {
      if ('thrown' in row) throw row.thrown;
      return decode(gather(row.value));
    }, rows);
    return decoded.map(answered(read));
  };
  return new OnnxModel(backend, { ...wiring, fetches, read: readAll });
}

function answered<T>(read: (value: T) => Outcome): (attempt: Attempt<T>) => Outcome {
  return (row) => ('thrown' in row ? failure('model-error', messageOf(row.thrown)) : read(row.value));
}

/** An ONNX graph with its artifact's own encoding and decoding around it. Whatever goes wrong with one input is that request's outcome alone. */
class OnnxModel implements Model {
  readonly backend: string;
  readonly #wiring: Wiring;

  constructor(backend: string, wiring: Wiring) {
    this.backend = backend;
    this.#wiring = wiring;
  }

  async predict(inputs: readonly unknown[]): Promise<Outcome[]> {
    const { encode, encoder, read } = this.#wiring;
    const values = await attemptAll(encode, inputs);
    const encoded = values.map((value) => ('thrown' in value ? value : attempt(() => encoder.encode(value.value))));
    const rows: Attempt<Row>[] = [];
    for (const call of this.#calls(encoded)) {
      rows.push(...('thrown' in call ? [call] : await this.#compute(call.value)));
    }
    return await read(rows);
  }

  async close(): Promise<void> {
    await this.#wiring.session.release();
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
    const { session, encoder, fetches } = this.#wiring;
    try {
      const results = await session.run(encoder.tensors(requests, rows), fetches);
      const columns = fetches.map((name) => splitRows(name, results[name], rows));
      return { value: requests.map((_, row) => columns.map((column) => column[row] ?? [])) };
    } catch (error) {
      return { thrown: error };
    }
  }
}

/** An output's values, request by request. @throws Error where the model does not keep requests apart */
function splitRows(name: string, output: OnnxValue | undefined, rows: number): OutputValues[] {
  if (output === undefined) throw new Error(`the model gave no ${name}`);
  const values = plainValues(output.data);
  if (rows === 1) return [values];
  if (output.dims[0] !== rows) {
    throw new Error(`${name} has the shape [${output.dims.join(', ')}] for ${rows} requests`);
  }
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}

/** Whole numbers of 64 bits become ordinary ones: labels and counts are never large enough to tell the difference. */
function plainValues(data: OnnxValue['data']): OutputValues {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  const values: Iterable<number | bigint | string> = data;
  return Array.from(values, (value) => (typeof value === 'string' ? value : Number(value)));
}
