/**
 * Exports of scikit-learn classifiers end in the operator ZipMap, which turns the matrix of probabilities into a list of
 * maps. onnxruntime-node cannot hand out lists of maps, but it can hand out the matrix, once the graph names it as an
 * output. This file finds ZipMap in a model's bytes and appends such an output, without a protocol buffer library: a
 * message that is written twice is merged, lists by joining them, so that one more output can follow at the end.
 *
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const modelGraph = 7;
const graphNode = 1;
const graphOutput = 12;
const node = { input: 1, output: 2, operator: 4, attribute: 5 };
const attribute = { name: 1, integers: 8, strings: 9 };
const valueName = 1;

const lengthDelimited = 2;

/** Where a ZipMap takes its numbers from, and what it calls them. */
export interface ZipMap {
  /** The tensor of scores, one column per class. */
  readonly scores: string;
  /** The graph's output that is a list of maps. */
  readonly output: string;
  /** The classes in the order of the columns, as texts. */
  readonly classes: readonly string[];
}

interface Field {
  readonly number: number;
  /** Of a length-delimited field. */
  readonly bytes?: Uint8Array | undefined;
  /** Of a number. */
  readonly value?: bigint;
}

/**
 * Every ZipMap of a model.
 *
 * @param model the bytes of an ONNX file
 * @throws RangeError for bytes that are not a protocol buffer
 */
export function findZipMaps(model: Uint8Array): ZipMap[] {
  const graphs = messagesOf(model, modelGraph);
  return graphs.flatMap((graph) => messagesOf(graph, graphNode)).flatMap((bytes) => zipMapOf(bytes) ?? []);
}

/** The model with the named tensors among its outputs. */
export function withOutputs(model: Uint8Array, tensors: readonly string[]): Uint8Array {
  const outputs = tensors.map((name) => message(graphOutput, message(valueName, Buffer.from(name))));
  return Buffer.concat([model, message(modelGraph, Buffer.concat(outputs))]);
}

function zipMapOf(bytes: Uint8Array): ZipMap | undefined {
  const fields = [...fieldsOf(bytes)];
  const textsOf = (number: number) => fields.filter((field) => field.number === number).map(textOf);
  if (textsOf(node.operator)[0] !== 'ZipMap') return undefined;
  const [scores] = textsOf(node.input);
  const [output] = textsOf(node.output);
  if (scores === undefined || output === undefined) return undefined;
  const attributes = fields.filter(({ number }) => number === node.attribute);
  return { scores, output, classes: attributes.flatMap((field) => classesOf(field.bytes ?? new Uint8Array())) };
}

/** ZipMap has one of two attributes with the classes: `classlabels_strings` or `classlabels_int64s`. */
function classesOf(bytes: Uint8Array): string[] {
  const fields = [...fieldsOf(bytes)];
  const name = fields.find((field) => field.number === attribute.name);
  if (name === undefined || !textOf(name).startsWith('classlabels_')) return [];
  const strings = fields.filter(({ number }) => number === attribute.strings).map(textOf);
  if (strings.length > 0) return strings;
  return fields.filter(({ number }) => number === attribute.integers).flatMap(integersOf);
}

/** Whole numbers stand one by one, or packed into one field. */
function integersOf({ value, bytes = new Uint8Array() }: Field): string[] {
  if (value !== undefined) return [String(BigInt.asIntN(64, value))];
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const integer = varint(bytes, at);
    texts.push(String(BigInt.asIntN(64, integer.value)));
    at = integer.end;
  }
  return texts;
}

function messagesOf(bytes: Uint8Array, number: number): Uint8Array[] {
  return [...fieldsOf(bytes)].flatMap((field) => (field.number === number ? (field.bytes ?? []) : []));
}

function textOf({ bytes }: Field): string {
  return bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** The fields of a message, in the order of the bytes (https://protobuf.dev/programming-guides/encoding/). */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    const number = Number(tag.value >> 3n);
    const wireType = Number(tag.value & 7n);
    if (wireType === 0) {
      const { value, end } = varint(bytes, tag.end);
      yield { number, value };
      at = end;
      continue;
    }
    const { start, end } = extentOf(bytes, tag.end, wireType);
    if (end > bytes.length) throw new RangeError('a protocol buffer ends within a field');
    yield { number, bytes: wireType === lengthDelimited ? bytes.subarray(start, end) : undefined };
    at = end;
  }
}

function extentOf(bytes: Uint8Array, at: number, wireType: number): { readonly start: number; readonly end: number } {
  if (wireType === 1) return { start: at, end: at + 8 };
  if (wireType === 5) return { start: at, end: at + 4 };
  if (wireType !== lengthDelimited) throw new RangeError(`a protocol buffer has no wire type ${wireType}`);
  const length = varint(bytes, at);
  return { start: length.end, end: length.end + Number(length.value) };
}

/** Seven bits per byte, the lowest first; the highest bit says that more follow. */
function varint(bytes: Uint8Array, start: number): { readonly value: bigint; readonly end: number } {
  let value = 0n;
  for (let at = start; at < start + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError('a protocol buffer ends within a number');
}

function message(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varintBytes((number << 3) | lengthDelimited), varintBytes(content.length), content]);
}

function varintBytes(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
