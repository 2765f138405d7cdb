import type { ZipMap } from '../tensors/tensor-outputs.ts';
import { type Field, fieldsOf, message, messagesOf, textOf, varint } from './proto-fields.ts';

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
