import type { EndpointInput, HttpEndpoint } from '../../../domain/endpoint.ts';
import { unusableFile } from '../../../domain/errors.ts';
import { type OpenExchange, AnswerError, isObject } from '../exchange.ts';
import { isExactNumber } from '../../exact-numbers.ts';
import { validateInputs, validateSignature } from './input-shapes.ts';
import { answerObject, factsAt, plainWords, refuseStatus } from './server-facts.ts';

/**
 * The Open Inference Protocol, version 2, over REST (KServe, Triton, Seldon, MLServer): named tensors with datatype and
 * shape both ways. https://github.com/kserve/open-inference-protocol
 */
export const openInferenceProtocol: OpenExchange = async (endpoint, signature, root, ask) => {
  const model = modelPath(endpoint, root);
  const ready = await ask(`${model}/ready`);
  refuseStatus(`${model}/ready`, ready.status, ready.body);
  const metadata = await factsAt(ask, model);
  const server = await factsAt(ask, `${root}/v2`);
  const known = readTensors(metadata?.['inputs']);
  const inputs = endpoint.inputs ?? known;
  if (inputs === undefined) {
    throw unusableFile(`its server does not say at ${model} what the model's inputs are`, {
      hint: 'Write artifact.inputs in the registry: [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}].',
    });
  }
  if (known !== undefined && endpoint.inputs !== undefined) validateInputs(endpoint.inputs, known);
  if (known !== undefined) validateSignature(signature.input, known);
  return {
    server: [plainWords(server?.['name'], server?.['version']), versionWords(endpoint, metadata)]
      .filter((words) => words !== '')
      .join(', '),
    path: `${model}/infer`,
    headers: { 'content-type': 'application/json' },
    write: (input, id) => JSON.stringify({ id, inputs: tensorsOf(input, inputs) }),
    read: (body, _contentType, id) => outputsOf(answerObject(body), id),
  };
};

function modelPath({ model = '', modelVersion }: HttpEndpoint, root: string): string {
  const version = modelVersion === undefined ? '' : `/versions/${encodeURIComponent(modelVersion)}`;
  return `${root}/v2/models/${encodeURIComponent(model)}${version}`;
}

function versionWords({ modelVersion }: HttpEndpoint, metadata: Readonly<Record<string, unknown>> | null): string {
  const versions = metadata?.['versions'];
  const named = modelVersion ?? (Array.isArray(versions) ? versions.join(' ') : undefined);
  return named === undefined || named === '' ? '' : plainWords('model version', named);
}

function readTensors(written: unknown): readonly EndpointInput[] | undefined {
  if (!Array.isArray(written) || written.length === 0) return undefined;
  const items: readonly unknown[] = written;
  return items.flatMap((item): EndpointInput[] => {
    if (!isObject(item)) return [];
    const { name, datatype, shape } = item;
    if (typeof name !== 'string' || typeof datatype !== 'string' || !isShape(shape)) return [];
    return [{ name, datatype, shape }];
  });
}

function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((size) => typeof size === 'number' && Number.isInteger(size));
}

interface Tensor extends EndpointInput {
  readonly data: readonly unknown[];
}

/** The record as tensors: by name where it is an object with the inputs' names, else it is the only input's data. */
function tensorsOf(input: unknown, inputs: readonly EndpointInput[]): Tensor[] {
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined && !(isObject(input) && only.name in input))
    return [tensorOf(input, only)];
  if (!isObject(input)) {
    const names = inputs.map(({ name }) => name).join(', ');
    throw new AnswerError('model-error', `the input is not an object with the model's inputs ${names}`);
  }
  return inputs.map((tensor) => {
    if (!Object.hasOwn(input, tensor.name)) throw new AnswerError('model-error', `the input has no ${tensor.name}`);
    return tensorOf(input[tensor.name], tensor);
  });
}

function tensorOf(value: unknown, { name, datatype, shape }: EndpointInput): Tensor {
  const data: readonly unknown[] = Array.isArray(value) ? value.flat(Infinity) : [value];
  const type = datatype === 'BYTES' ? 'string' : datatype === 'BOOL' ? 'boolean' : 'number';
  const other = data.findIndex((item) => (isExactNumber(item) ? 'number' : typeof item) !== type);
  if (other !== -1) throw new AnswerError('model-error', `the input ${name} is not a ${type} at ${other}`);
  return { name, datatype, shape: shapeFor(data.length, name, shape), data };
}

/** The shape of one record: a batch of one, and the size that the data has where one dimension may have any. */
function shapeFor(length: number, name: string, shape: readonly number[]): number[] {
  const sizes = shape.map((size, axis) => (axis === 0 && size < 0 ? 1 : size));
  const open = sizes.filter((size) => size < 0).length;
  const fixed = sizes.filter((size) => size >= 0).reduce((product, size) => product * size, 1);
  // A list of texts without a dimension of its own is a batch of them.
  const any = open === 1 ? length / fixed : 1;
  const result = sizes.map((size) => (size < 0 ? any : size));
  if (open <= 1 && Number.isInteger(any) && fixed * any === length) return result;
  throw new AnswerError('model-error', `the input ${name} has ${length} values, not those of [${shape.join(', ')}]`);
}

/** The outputs without their batch dimension: the value of a single one, else an object by name. */
function outputsOf(answer: Readonly<Record<string, unknown>>, id: string): unknown {
  if (answer['id'] !== undefined && answer['id'] !== id) {
    throw new AnswerError('bad-response', `the answer is for request ${plainWords(answer['id'])}, not for ${id}`);
  }
  const outputs: unknown = answer['outputs'];
  if (!Array.isArray(outputs) || outputs.length === 0) {
    throw new AnswerError('bad-response', 'the answer has no list of outputs');
  }
  const items: readonly unknown[] = outputs;
  const named = items.map((item): [string, unknown] => {
    if (!isObject(item)) throw new AnswerError('bad-response', 'an output is not an object');
    return [String(item['name']), valueOf(item)];
  });
  return named.length === 1 ? named[0]?.[1] : Object.fromEntries(named);
}

function valueOf({ name, shape, data }: Readonly<Record<string, unknown>>): unknown {
  if (!Array.isArray(data)) throw new AnswerError('bad-response', `output ${String(name)} has no data`);
  const values: readonly unknown[] = data.flat(Infinity);
  const size = isShape(shape) ? shape.reduce((product, dimension) => product * dimension, 1) : values.length;
  if (size !== values.length) {
    throw new AnswerError('bad-response', `output ${String(name)} has ${values.length} values for a shape of ${size}`);
  }
  return values;
}
