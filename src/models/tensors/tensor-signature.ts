import { describeInput, describeOutput } from '../../domain/describe-signature.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { InputSignature, Signature } from '../../domain/registry.ts';
import type { DescribedTensor, OtherValue } from './tensor-network.ts';

/** An input as one request fills it. */
export interface RequestInput {
  readonly name: string;
  readonly type: string;
  /** The shape of one request's part, without the batch; null for a dimension that the request decides. */
  readonly shape: readonly (number | null)[];
  /** Whether the tensor has a dimension before these that counts requests. */
  readonly batched: boolean;
}

/** What a model takes, checked against the registry. */
interface MatchedInputs {
  readonly inputs: readonly RequestInput[];
  /** How many requests share a call: exactly so many, or Infinity for any number. */
  readonly batch: number;
}

/** `x float32 [N, 4]`. */
function textOf(value: DescribedTensor | OtherValue): string {
  if (value.type === null) return `${value.name} (not a tensor)`;
  if (value.shape === null) return `${value.name} ${value.type} of unknown shape`;
  return `${value.name} ${value.type} [${value.shape.map((size) => size ?? '?').join(', ')}]`;
}

/** Both signatures, one above the other, for whoever has to find the difference. */
export function bothSignatures(
  signature: Signature,
  model: { readonly inputs: readonly DescribedTensor[]; readonly outputs: readonly (DescribedTensor | OtherValue)[] },
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
  inputs: readonly DescribedTensor[],
  signature: InputSignature | undefined,
  encodes: boolean,
  context: string,
): MatchedInputs {
  const [only] = inputs;
  if (only === undefined) throw unusableFile(`The model has no inputs.${context}`);
  if (signature?.kind === 'tensor') {
    if (inputs.length === 1) return matchTensor(only, signature.shape, context);
    throw mismatch(
      `The model has ${inputs.length} inputs, and the registry describes one tensor.`,
      context,
      fieldsHint,
    );
  }
  if (!encodes) matchNames(inputs, signature, context);
  const name = batchAxisName(inputs.map(({ shape }) => shape));
  const places = inputs.map((input) => placeOfBatch(shapeOf(input, context), name));
  const hasBatch = places.some((place) => place.kind === 'first' || place.kind === 'later');
  const unclear = inputs.find((_, index) => places[index]?.kind === 'unclear');
  const isState = (place: BatchPlace): boolean => place.kind === 'unclear' && place.state && hasBatch;
  if (unclear !== undefined && !places.every((place) => place.kind !== 'unclear' || isState(place))) {
    throw unusableFile(`It is not clear whether the first dimension of ${unclear.name} counts requests.${context}`, {
      hint: 'Write signature.input {"kind":"tensor","shape":[...]} without the batch, or export the model with a dynamic batch dimension.',
    });
  }
  return {
    inputs: inputs.map((input, index) => requestPart(input, places[index] ?? { kind: 'none' }, context)),
    // An input that cannot hold two requests, or holds them side by side, leaves one request per call.
    batch: Math.min(...places.map((place) => (place.kind === 'first' ? place.size : 1))),
  };
}

function matchTensor(input: DescribedTensor, shape: readonly number[], context: string): MatchedInputs {
  const fits = (own: readonly (number | string | null)[]) =>
    own.length === shape.length && own.every((size, axis) => typeof size !== 'number' || size === shape[axis]);
  const { name, type } = input;
  const whole = input.shape ?? [null, ...shape];
  const place = placeOfBatch(whole, batchAxisName([whole]));
  if (place.kind === 'later' && fits(whole.toSpliced(place.axis, 1))) {
    return { inputs: [{ name, type, shape: shape.toSpliced(place.axis, 0, 1), batched: false }], batch: 1 };
  }
  const [first, ...rest] = whole;
  if (fits(rest)) {
    return { inputs: [{ name, type, shape, batched: true }], batch: typeof first === 'number' ? first : Infinity };
  }
  if (fits(whole)) return { inputs: [{ name, type, shape, batched: false }], batch: 1 };
  throw mismatch(
    `The input ${name} of the model does not have the shape that the registry describes.`,
    context,
    'Correct signature.input.shape in the registry; it leaves out the batch dimension.',
  );
}

const fieldsHint =
  'Write signature.input {"kind":"record","fields":{NAME:TYPE}} with one field per input of the model, or add a preprocess.mjs whose encode(input) returns {NAME: numbers}.';

function matchNames(inputs: readonly DescribedTensor[], signature: InputSignature | undefined, context: string): void {
  if (signature?.kind === 'text' && (inputs.length > 1 || inputs[0]?.type !== 'string')) {
    throw mismatch('The registry describes a text, but the model does not take one.', context, textHint);
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

function shapeOf({ name, shape }: DescribedTensor, context: string): NonNullable<DescribedTensor['shape']> {
  if (shape !== null) return shape;
  throw unusableFile(`The shape of the input ${name} is not known.${context}`, {
    hint: 'Write signature.input {"kind":"tensor","shape":[...]} in the registry.',
  });
}

function requestPart(input: DescribedTensor, place: BatchPlace, context: string): RequestInput {
  const { name, type } = input;
  const sizes = shapeOf(input, context).map((size, axis) => {
    if (place.kind === 'later' && place.axis === axis) return 1;
    return typeof size === 'number' ? size : null;
  });
  const batched = place.kind === 'first';
  return { name, type, shape: batched ? sizes.slice(1) : sizes, batched };
}

type Shape = readonly (number | string | null)[];

/** Which dimension of a tensor counts requests. */
type BatchPlace =
  /** The first, of so many requests; Infinity for any number. */
  | { readonly kind: 'first'; readonly size: number }
  /** Another one, as in the state of a recurrent layer, [layers, batch, units]. */
  | { readonly kind: 'later'; readonly axis: number }
  /** None: it holds one request. */
  | { readonly kind: 'none' }
  /** Its first dimension may count requests or not; `state` where a later one could do it instead. */
  | { readonly kind: 'unclear'; readonly state: boolean };

/**
 * What the inputs of a model call the dimension that counts requests: a name with `batch` in it. Where some input begins with
 * something else that is counted, such as layers, it is the only name that all inputs have.
 *
 * @returns undefined where no name says it
 */
function batchAxisName(shapes: readonly (Shape | null)[]): string | undefined {
  const names = shapes.map((shape) => (shape ?? []).filter((size) => typeof size === 'string'));
  const told = names.flat().find((name) => /batch/iu.test(name));
  const unclear = shapes.some((shape) => shape !== null && placeOfBatch(shape, undefined).kind === 'unclear');
  if (told !== undefined || shapes.length < 2 || !unclear) return told;
  const everywhere = [...new Set(names[0])].filter((name) => names.every((own) => own.includes(name)));
  return everywhere.length === 1 ? everywhere[0] : undefined;
}

/** Where a tensor of this shape counts requests. @param name what the model calls that dimension, where it says so */
function placeOfBatch(shape: Shape, name: string | undefined): BatchPlace {
  const axis = name === undefined ? -1 : shape.indexOf(name);
  if (axis > 0) return { kind: 'later', axis };
  const [first, ...later] = shape;
  if (first === undefined) return { kind: 'none' };
  if (typeof first !== 'number') return { kind: 'first', size: Infinity };
  if (later.length === 0) return { kind: 'none' };
  if (first === 1) return { kind: 'first', size: 1 };
  return { kind: 'unclear', state: later.some((size) => typeof size !== 'number' || size === 1) };
}
