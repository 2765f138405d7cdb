import type { InferenceSession } from 'onnxruntime-node';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, unusableFile } from '../../domain/errors.ts';
import { mebibyte, readRegularFile, requireRegularFile } from '../../files/read-file.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import type { ZipMap } from '../tensors/tensor-outputs.ts';
import { wholeBatchOperator } from './batch-operators.ts';
import { type Field, fieldsOf, message, messagesOf, textOf, varint } from './proto-fields.ts';

interface OnnxSession {
  readonly session: InferenceSession;
  /** Outputs that are lists of maps; the session gives the tensors behind them. */
  readonly zipMaps: readonly ZipMap[];
  /** An operator that looks at the whole batch, where the graph has one. */
  readonly wholeBatchOperator: string | undefined;
  readonly file: string;
}

/** A protocol buffer has no more; larger weights stand in files beside it. */
const mostModelBytes = 2048 * mebibyte;

/** One thread, as the other runtimes compute: threads that spin for work would disturb whatever is timed beside them. */
const options: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
};

/**
 * Opens the model of an artifact: `model.onnx`, or the folder's only file of that kind.
 *
 * @param folder the artifact's absolute path, already verified
 * @throws UserError (exit 5) when there is no such file, or it is not a model that this runtime can run
 */
export async function openOnnxSession(runtime: OnnxRuntime, folder: string): Promise<OnnxSession> {
  const file = await findModel(folder);
  await create(file, () => requireRegularFile(file, mostModelBytes));
  const session = await create(file, () => runtime.InferenceSession.create(file, options));
  const facts = { file, wholeBatchOperator: await create(file, () => wholeBatchOperator(file)) };
  const lists = session.outputMetadata.filter(({ isTensor }) => !isTensor).map(({ name }) => name);
  if (lists.length === 0) return { ...facts, session, zipMaps: [] };
  const bytes = await create(file, () => readRegularFile(file, mostModelBytes));
  const zipMaps = (await create(file, () => Promise.resolve(findZipMaps(bytes)))).filter(({ output }) =>
    lists.includes(output),
  );
  if (zipMaps.length === 0) return { ...facts, session, zipMaps };
  await session.release();
  const widened = withOutputs(bytes, hidden(session, zipMaps));
  return { ...facts, session: await create(file, () => runtime.InferenceSession.create(widened, options)), zipMaps };
}

/** The tensors that are not among the outputs yet. */
function hidden(session: InferenceSession, zipMaps: readonly ZipMap[]): string[] {
  return zipMaps.map(({ scores }) => scores).filter((name) => !session.outputNames.includes(name));
}

async function findModel(folder: string): Promise<string> {
  const names = await readdir(folder);
  const models = names.filter((name) => name.endsWith('.onnx')).toSorted();
  const [only] = models;
  if (models.includes('model.onnx')) return join(folder, 'model.onnx');
  if (only !== undefined && models.length === 1) return join(folder, only);
  throw unusableFile(
    only === undefined ? `${folder} has no ONNX file.` : `${folder} has several ONNX files: ${models.join(', ')}.`,
    { hint: 'Name the model model.onnx.' },
  );
}

async function create<T>(file: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw unusableFile(`${file} cannot be opened as an ONNX model: ${messageOf(error)}`, {
      hint: 'Check it with onnx.checker.check_model, or export it again for an opset that onnxruntime-node knows.',
      cause: error,
    });
  }
}

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
function findZipMaps(model: Uint8Array): ZipMap[] {
  const graphs = messagesOf(model, modelGraph);
  return graphs.flatMap((graph) => messagesOf(graph, graphNode)).flatMap((bytes) => zipMapOf(bytes) ?? []);
}

/** The model with the named tensors among its outputs. */
function withOutputs(model: Uint8Array, tensors: readonly string[]): Uint8Array {
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
