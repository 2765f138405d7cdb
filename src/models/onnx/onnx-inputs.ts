import type { OnnxValue } from 'onnxruntime-node';
import { unusableFile } from '../../domain/errors.ts';
import { sizeOf } from '../tensor-network.ts';
import { type ElementArray, type ElementType, elementTypes } from './element-types.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import type { OnnxInput } from './onnx-signature.ts';

/** One request, ready to share a call with others of the same shapes. */
export interface EncodedRequest {
  /** Per input of the model, in its order. */
  readonly parts: readonly { readonly elements: ElementArray; readonly shape: readonly number[] }[];
  /** Equal for requests that fit into one tensor. */
  readonly shapes: string;
}

/** Turns what was recorded, or what the artifact's `encode` made of it, into the tensors that a model takes. */
export class OnnxEncoder {
  readonly #runtime: OnnxRuntime;
  readonly #inputs: readonly (OnnxInput & { readonly elementType: ElementType })[];

  /** @throws UserError (exit 5) for an input of a type that recorded values cannot be turned into */
  constructor(runtime: OnnxRuntime, inputs: readonly OnnxInput[]) {
    this.#runtime = runtime;
    this.#inputs = inputs.map((input) => {
      const elementType = elementTypes[input.type];
      if (elementType !== undefined) return { ...input, elementType };
      throw unusableFile(
        `The input ${input.name} of the ONNX model is of type ${input.type}, which canary cannot fill.`,
        {
          hint: `Export the model with inputs of one of ${Object.keys(elementTypes).join(', ')}.`,
        },
      );
    });
  }

  /**
   * Reads one request: an object with one member per input, or the one input's value. Values may be nested lists.
   *
   * @throws RangeError that says what is wrong with the value
   */
  encode(value: unknown): EncodedRequest {
    const parts = this.#inputs.map((input) => readPart(input, memberFor(input, this.#inputs.length, value)));
    return { parts, shapes: JSON.stringify(parts.map(({ shape }) => shape)) };
  }

  /**
   * The tensors of a call.
   *
   * @param requests of equal shapes
   * @param rows how many requests the tensors hold; the last one is repeated where there are fewer
   */
  tensors(requests: readonly EncodedRequest[], rows: number): Record<string, OnnxValue> {
    const feeds: Record<string, OnnxValue> = {};
    for (const [index, { name, type, elementType, batched }] of this.#inputs.entries()) {
      const shape = requests[0]?.parts[index]?.shape ?? [];
      const width = sizeOf(shape);
      const all = elementType.allocate(rows * width);
      for (let row = 0; row < rows; row += 1) {
        const elements = requests[Math.min(row, requests.length - 1)]?.parts[index]?.elements ?? [];
        place(all, elements, row * width);
      }
      feeds[name] = this.#tensor(type, all, batched ? [rows, ...shape] : shape);
    }
    return feeds;
  }

  #tensor(type: OnnxInput['type'], elements: ElementArray, shape: readonly number[]): OnnxValue {
    const { Tensor } = this.#runtime;
    // The constructor is declared once per type; the array is of this one, as the table of element types made it.
    return Reflect.construct(Tensor, [type, elements, shape]);
  }
}

function memberFor({ name }: OnnxInput, inputs: number, value: unknown): unknown {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (isRecord && name in value) return Object.entries(value).find(([key]) => key === name)?.[1];
  if (inputs === 1 && !isRecord) return value;
  if (isRecord) throw new RangeError(`the input has no ${name}`);
  throw new RangeError(`the input is not an object with one member for each of the model's ${inputs} inputs`);
}

function readPart(
  { name, shape, elementType }: OnnxInput & { readonly elementType: ElementType },
  value: unknown,
): EncodedRequest['parts'][number] {
  const flat: unknown[] = [];
  const nesting = flatten(value, flat);
  const own = shapeFor(name, shape, nesting, flat.length);
  const elements = elementType.allocate(flat.length);
  for (const [index, item] of flat.entries()) {
    const element = elementType.read(item);
    if (element === undefined) throw new RangeError(`${name} is not ${elementType.noun} at ${index}`);
    elements[index] = element;
  }
  return { elements, shape: own };
}

/** Copies a value's items and returns how long its lists are at each depth, as far as the first of them tell. */
function flatten(value: unknown, flat: unknown[]): number[] {
  if (isTypedArray(value)) {
    for (const item of value) flat.push(item);
    return [value.length];
  }
  if (!Array.isArray(value)) {
    flat.push(value);
    return [];
  }
  const depths = value.map((item) => flatten(item, flat));
  return [value.length, ...(depths[0] ?? [])];
}

function isTypedArray(value: unknown): value is Exclude<ElementArray, string[]> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The shape of one request's part: the model's, whose unknown sizes the value tells by its nesting. */
function shapeFor(
  name: string,
  shape: OnnxInput['shape'],
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

function place(all: ElementArray, elements: ElementArray, start: number): void {
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index];
    if (element !== undefined) all[start + index] = element;
  }
}
