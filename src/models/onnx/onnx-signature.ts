import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { describeInput, describeOutput } from '../../domain/describe-signature.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { InputSignature, Signature } from '../../domain/registry.ts';

/** A tensor that a model takes or gives; a dimension of unknown size is its name, or null where it has none. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: Tensor.Type;
  readonly shape: readonly (number | string | null)[];
}

/** An output that is no tensor, such as a list of maps. */
export interface OnnxOtherValue {
  readonly name: string;
  readonly type: null;
}

/** An input as one request fills it. */
export interface OnnxInput {
  readonly name: string;
  readonly type: Tensor.Type;
  /** The shape of one request's part, without the batch; null for a dimension that the request decides. */
  readonly shape: readonly (number | null)[];
  /** Whether the tensor has a dimension before these that counts requests. */
  readonly batched: boolean;
}

/** What a model takes, checked against the registry. */
export interface OnnxInputs {
  readonly inputs: readonly OnnxInput[];
  /** How many requests share a call: exactly so many, or Infinity for any number. */
  readonly batch: number;
}

/** What a session says of its inputs or outputs. */
export function describeValues(
  metadata: readonly InferenceSession.ValueMetadata[],
): readonly (OnnxTensor | OnnxOtherValue)[] {
  return metadata.map((value) => {
    if (!value.isTensor) return { name: value.name, type: null };
    const shape = value.shape.map((size) => (typeof size === 'number' ? knownSize(size) : size || null));
    return { name: value.name, type: value.type, shape };
  });
}

function knownSize(size: number): number | null {
  return size < 0 ? null : size;
}

/** `x float32 [N, 4]`. */
function textOf(value: OnnxTensor | OnnxOtherValue): string {
  if (value.type === null) return `${value.name} (not a tensor)`;
  return `${value.name} ${value.type} [${value.shape.map((size) => size ?? '?').join(', ')}]`;
}

/** Both signatures, one above the other, for whoever has to find the difference. */
export function bothSignatures(
  signature: Signature,
  model: { readonly inputs: readonly OnnxTensor[]; readonly outputs: readonly (OnnxTensor | OnnxOtherValue)[] },
): string {
  const registry = `${describeInput(signature.input)} -> ${describeOutput(signature.output)}`;
  const own = `${model.inputs.map(textOf).join(', ')} -> ${model.outputs.map(textOf).join(', ')}`;
  return `\n  registry: ${registry}\n  model:    ${own}`;
}

/**
 * Tells a model's batch dimension from the others, and that its inputs are the signature's.
 *
 * @param encodes whether the artifact's own code turns a record's input into the model's
 * @param context both signatures, for messages
 * @throws UserError (exit 5) where they do not fit each other
 */
export function matchInputs(
  inputs: readonly OnnxTensor[],
  signature: InputSignature | undefined,
  encodes: boolean,
  context: string,
): OnnxInputs {
  const [only] = inputs;
  if (only === undefined) throw unusableFile(`The ONNX model has no inputs.${context}`);
  if (signature?.kind === 'tensor') {
    if (inputs.length === 1) return matchTensor(only, signature.shape, context);
    throw mismatch(
      `The model has ${inputs.length} inputs, and the registry describes one tensor.`,
      context,
      fieldsHint,
    );
  }
  if (!encodes) matchNames(inputs, signature, context);
  const batches = inputs.map(({ shape }) => batchOf(shape));
  const unclear = inputs.find((_, index) => batches[index] === 'unclear');
  if (unclear !== undefined) {
    throw unusableFile(`Nobody can tell whether the first dimension of ${unclear.name} counts requests.${context}`, {
      hint: 'Write signature.input {"kind":"tensor","shape":[...]} without the batch, or export the model with a dynamic batch dimension.',
    });
  }
  return {
    inputs: inputs.map((input, index) => requestPart(input, batches[index] !== 'none')),
    // An input that cannot hold two requests leaves one request per call.
    batch: Math.min(...batches.map((size) => (typeof size === 'number' ? size : 1))),
  };
}

function matchTensor(input: OnnxTensor, shape: readonly number[], context: string): OnnxInputs {
  const fits = (own: OnnxTensor['shape']) =>
    own.length === shape.length && own.every((size, axis) => typeof size !== 'number' || size === shape[axis]);
  const { name, type } = input;
  const [first, ...rest] = input.shape;
  if (fits(rest)) {
    return { inputs: [{ name, type, shape, batched: true }], batch: typeof first === 'number' ? first : Infinity };
  }
  if (fits(input.shape)) return { inputs: [{ name, type, shape, batched: false }], batch: 1 };
  throw mismatch(
    `The input ${name} of the model does not have the shape that the registry describes.`,
    context,
    'Correct signature.input.shape in the registry; it leaves out the batch dimension.',
  );
}

const fieldsHint =
  'Write signature.input {"kind":"record","fields":{NAME:TYPE}} with one field per input of the model, or add a preprocess.mjs whose encode(input) returns {NAME: numbers}.';

function matchNames(inputs: readonly OnnxTensor[], signature: InputSignature | undefined, context: string): void {
  if (signature?.kind === 'text' && (inputs.length > 1 || inputs[0]?.type !== 'string')) {
    throw mismatch('The registry describes a text, which the model does not take.', context, textHint);
  }
  if (signature?.kind !== 'record') return;
  const fields = Object.keys(signature.fields);
  const names = inputs.map(({ name }) => name);
  const missing = names.filter((name) => !fields.includes(name));
  const unknown = fields.filter((field) => !names.includes(field));
  if (missing.length === 0 && unknown.length === 0) return;
  const problems = [
    ...(missing.length === 0 ? [] : [`the registry lacks ${missing.join(', ')}`]),
    ...(unknown.length === 0 ? [] : [`the model does not take ${unknown.join(', ')}`]),
  ];
  throw mismatch(
    `The fields in the registry are not the inputs of the model: ${problems.join(', and ')}.`,
    context,
    fieldsHint,
  );
}

const textHint = 'Add a preprocess.mjs whose encode(input) turns the text into what the model takes.';

function mismatch(problem: string, context: string, hint: string): Error {
  return unusableFile(`${problem}${context}`, { hint });
}

/** How many requests the first dimension counts, where it counts any. */
function batchOf(shape: OnnxTensor['shape']): number | 'none' | 'unclear' {
  const [first] = shape;
  if (first === undefined) return 'none';
  if (typeof first !== 'number') return Infinity;
  if (first === 1 && shape.length > 1) return 1;
  return shape.length === 1 ? 'none' : 'unclear';
}

function requestPart({ name, type, shape }: OnnxTensor, batched: boolean): OnnxInput {
  const own = batched ? shape.slice(1) : shape;
  return { name, type, shape: own.map((size) => (typeof size === 'number' ? size : null)), batched };
}
