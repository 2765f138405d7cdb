import type { InferenceSession } from 'onnxruntime-node';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, unusableFile } from '../../domain/errors.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import type { ZipMap } from '../tensors/tensor-outputs.ts';
import { wholeBatchOperator } from './batch-operators.ts';
import { findZipMaps, withOutputs } from './zip-map.ts';

export interface OnnxSession {
  readonly session: InferenceSession;
  /** Outputs that are lists of maps; the session gives the tensors behind them. */
  readonly zipMaps: readonly ZipMap[];
  /** An operator that looks at the whole batch, where the graph has one. */
  readonly wholeBatchOperator: string | undefined;
  readonly file: string;
}

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
 * @throws UserError (exit 5) when there is no such file, or it is no model that this runtime can run
 */
export async function openOnnxSession(runtime: OnnxRuntime, folder: string): Promise<OnnxSession> {
  const file = await findModel(folder);
  const session = await create(file, () => runtime.InferenceSession.create(file, options));
  const facts = { file, wholeBatchOperator: await create(file, () => wholeBatchOperator(file)) };
  const lists = session.outputMetadata.filter(({ isTensor }) => !isTensor).map(({ name }) => name);
  if (lists.length === 0) return { ...facts, session, zipMaps: [] };
  const bytes = await readFile(file);
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
