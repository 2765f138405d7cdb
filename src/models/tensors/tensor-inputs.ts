import { unusableFile } from '../../domain/errors.ts';
import { type ElementArray, type ElementName, type ElementType, elementTypes, isElementName } from './element-types.ts';
import { type FilledTensor, sizeOf } from './tensor-network.ts';
import type { RequestInput } from './tensor-signature.ts';

/** One request, ready to share a call with others of the same shapes. */
export interface EncodedRequest {
  /** Per input of the model, in its order. */
  readonly parts: readonly RequestPart[];
  /** Equal for requests that fit into one tensor. */
  readonly shapes: string;
}

interface RequestPart {
  readonly elements: ElementArray;
  readonly shape: readonly number[];
}

type FillableInput = RequestInput & { readonly type: ElementName; readonly elementType: ElementType };

/** Turns what was recorded, or what the artifact's `encode` made of it, into the tensors that a model takes. */
export class TensorEncoder {
  readonly #inputs: readonly FillableInput[];

  /** @throws UserError (exit 5) for an input of a type that recorded values cannot be turned into */
  constructor(inputs: readonly RequestInput[]) {
    this.#inputs = inputs.map((input) => {
      const { type } = input;
      if (isElementName(type)) return { ...input, type, elementType: elementTypes[type] };
      throw unusableFile(`The input ${input.name} of the model is of type ${type}, which canary cannot fill.`, {
        hint: `Export the model with inputs of one of ${Object.keys(elementTypes).join(', ')}.`,
      });
    });
  }

  /**
   * Reads one request: an object with one member per input, or the one input's value. Values may be nested lists.
   *
   * @throws RangeError that says what is wrong with the value
   */
  encode(value: unknown): EncodedRequest {
    const parts = this.#inputs.map((input) => readPart(input, memberFor(input, this.#inputs.length, value)));
    return { parts, shapes: parts.map(({ shape }) => shape.join(' ')).join(';') };
  }

  /**
   * The tensors of a call.
   *
   * @param requests of equal shapes
   * @param rows how many requests the tensors hold; the last one is repeated where there are fewer
   */
  tensors(requests: readonly EncodedRequest[], rows: number): FilledTensor[] {
    return this.#inputs.map(({ name, type, elementType, batched }, index) => {
      const shape = requests[0]?.parts[index]?.shape ?? [];
      const width = sizeOf(shape);
      const elements = elementType.allocate(rows * width);
      for (let row = 0; row < rows; row += 1) {
        place(elements, requests[Math.min(row, requests.length - 1)]?.parts[index]?.elements ?? [], row * width);
      }
      return { name, type, shape: batched ? [rows, ...shape] : shape, elements };
    });
  }
}

function memberFor({ name }: RequestInput, inputs: number, value: unknown): unknown {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (isRecord && name in value) return Object.entries(value).find(([key]) => key === name)?.[1];
  if (inputs === 1 && !isRecord) return value;
  if (isRecord) throw new RangeError(`the input has no ${name}`);
  throw new RangeError(`the input is not an object with one member for each of the model's ${inputs} inputs`);
}

function readPart({ name, shape, type, elementType }: FillableInput, value: unknown): RequestPart {
  const { flat, nesting } = flatten(value);
  const own = shapeFor(name, shape, nesting, flat.length);
  // The usual case, and long: nothing to convert.
  if (type === 'float32' && flat instanceof Float32Array && isFinite32(flat)) return { elements: flat, shape: own };
  const elements = elementType.allocate(flat.length);
  for (let index = 0; index < flat.length; index += 1) {
    const element = elementType.read(flat[index]);
    if (element === undefined) throw new RangeError(`${name} is not ${elementType.noun} at ${index}`);
    elements[index] = element;
  }
  return { elements, shape: own };
}

/** Whether all are numbers, and none is infinite: 0 times anything else is not 0. A loop, since a call for each takes six times as long. */
function isFinite32(values: Float32Array): boolean {
  let zeros = 0;
  for (let index = 0; index < values.length; index += 1) zeros += (values[index] ?? 0) * 0;
  return zeros === 0;
}

/** A value's items, and how long its lists are at each depth, as far as the first of them tell. */
function flatten(value: unknown): { readonly flat: ArrayLike<unknown>; readonly nesting: readonly number[] } {
  if (isTypedArray(value)) return { flat: value, nesting: [value.length] };
  if (!Array.isArray(value)) return { flat: [value], nesting: [] };
  const items: readonly unknown[] = value;
  if (!items.some((item) => Array.isArray(item) || isTypedArray(item))) return { flat: items, nesting: [items.length] };
  const parts = items.map(flatten);
  const flat = parts.flatMap((part) => Array.from(part.flat));
  return { flat, nesting: [items.length, ...(parts[0]?.nesting ?? [])] };
}

function isTypedArray(value: unknown): value is Exclude<ElementArray, string[]> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The shape of one request's part: the model's, whose unknown sizes the value tells by its nesting. */
function shapeFor(
  name: string,
  shape: RequestInput['shape'],
  nesting: readonly number[],
  elements: number,
): readonly number[] {
  const known = shape.filter((size) => size !== null);
  if (known.length === shape.length) {
    if (sizeOf(known) === elements) return known;
    throw new RangeError(`${name} has ${elements} ${elements === 1 ? 'value' : 'values'}, not ${sizeOf(known)}`);
  }
  const unknown = shape.length - known.length;
  const rest = sizeOf(known);
  const fitsNesting =
    nesting.length === shape.length && shape.every((size, axis) => size === null || size === nesting[axis]);
  if (fitsNesting && sizeOf(nesting) === elements) return nesting;
  if (unknown === 1 && rest > 0 && elements % rest === 0) return shape.map((size) => size ?? elements / rest);
  const wanted = shape.map((size) => size ?? '?').join(', ');
  throw new RangeError(`${name} has the shape [${nesting.join(', ')}], not [${wanted}]`);
}

function place(all: ElementArray, elements: ArrayLike<ElementArray[number]>, start: number): void {
  if (all instanceof Float32Array && elements instanceof Float32Array) {
    all.set(elements, start);
    return;
  }
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index];
    if (element !== undefined) all[start + index] = element;
  }
}
