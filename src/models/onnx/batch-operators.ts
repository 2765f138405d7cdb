import { type FileHandle, open } from 'node:fs/promises';
import { fieldsOf, messagesOf, textOf, varint } from './proto-fields.ts';

/**
 * Operators that measure all numbers of a tensor before they round them, so that the largest number in a batch decides how the
 * requests beside it are answered. Others can mix requests too, depending on their attributes; answers tell those.
 *
 * https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html and onnxruntime's docs/ContribOperators.md
 */
const wholeBatchOperators = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'DynamicQuantizeLSTM']);

/** Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const model = { graph: 7, function: 25 };
const graph = { node: 1 };
const node = { operator: 4, attribute: 5 };
const attribute = { graph: 6, graphs: 11 };
const modelFunction = { node: 7 };

/** More than the tag and the length of a field take. */
const headerBytes = 20;

/**
 * An operator of a model that looks at the whole batch. Weights are passed over unread, whatever their size.
 *
 * @param path an ONNX file
 * @returns its name; undefined where the graph has none
 * @throws RangeError for bytes that are not a protocol buffer
 */
export async function wholeBatchOperator(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    for await (const part of partsOf(file, 0, size)) {
      if (part.number === model.function) {
        const found = operatorAmong(messagesOf(await read(file, part.start, part.end), modelFunction.node));
        if (found !== undefined) return found;
      }
      if (part.number !== model.graph) continue;
      for await (const inner of partsOf(file, part.start, part.end)) {
        if (inner.number !== graph.node) continue;
        const found = operatorAmong([await read(file, inner.start, inner.end)]);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  } finally {
    await file.close();
  }
}

/** Looks into nodes and the graphs that they hold, such as the branches of an If. */
function operatorAmong(nodes: readonly Uint8Array[]): string | undefined {
  for (const bytes of nodes) {
    const fields = [...fieldsOf(bytes)];
    const operator = fields.find(({ number }) => number === node.operator);
    if (operator !== undefined && wholeBatchOperators.has(textOf(operator))) return textOf(operator);
    const attributes = fields.flatMap((field) => (field.number === node.attribute ? (field.bytes ?? []) : []));
    const graphs = attributes.flatMap((one) => [
      ...messagesOf(one, attribute.graph),
      ...messagesOf(one, attribute.graphs),
    ]);
    const inner = operatorAmong(graphs.flatMap((one) => messagesOf(one, graph.node)));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Where a length-delimited field's content is in the file. */
interface Part {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

async function* partsOf(file: FileHandle, from: number, to: number): AsyncGenerator<Part> {
  for (let at = from; at < to;) {
    const header = await read(file, at, Math.min(to, at + headerBytes));
    const tag = varint(header, 0);
    const wireType = Number(tag.value & 7n);
    const start = at + tag.end;
    if (wireType === 0) at = start + varint(header, tag.end).end - tag.end;
    else if (wireType === 1) at = start + 8;
    else if (wireType === 5) at = start + 4;
    else if (wireType === 2) {
      const length = varint(header, tag.end);
      const content = at + length.end;
      at = content + Number(length.value);
      if (at > to) throw new RangeError('a protocol buffer ends within a field');
      yield { number: Number(tag.value >> 3n), start: content, end: at };
    } else throw new RangeError(`a protocol buffer has no wire type ${wireType}`);
  }
}

async function read(file: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  if (bytesRead < bytes.length) throw new RangeError('a protocol buffer ends within a field');
  return bytes;
}
