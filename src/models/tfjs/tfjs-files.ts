import type { io } from '@tensorflow/tfjs-core';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { messageOf, systemErrorCode, unusableFile, type UserError } from '../../domain/errors.ts';
import { mebibyte, readRegularFile } from '../../files/read-file.ts';
import type { TensorFlow } from './tfjs-backend.ts';

type TfjsFormat = 'layers-model' | 'graph-model';

/** Most bytes of a model.json, which holds layers and names of weights. */
const mostDescriptionBytes = 256 * mebibyte;

/** Most bytes of all weights together: what the memory of WebAssembly can hold. */
const mostWeightBytes = 4096 * mebibyte;

/** A model's description as `model.json` holds it, and what kind of model it says it is. */
export interface TfjsFiles {
  readonly format: TfjsFormat;
  /** Gives TensorFlow.js the model's topology and weights. */
  readonly handler: io.IOHandler;
}

/**
 * Reads the `model.json` of a TensorFlow.js model; its weights follow when the handler is asked to load.
 *
 * @param folder the artifact's absolute path
 * @throws UserError (exit 5) when `model.json` is missing, is not JSON or is not a TensorFlow.js model
 */
export async function openTfjsFiles(core: TensorFlow['core'], folder: string): Promise<TfjsFiles> {
  const path = join(folder, 'model.json');
  const description = await readModelJson(path, folder);
  const format = formatOf(description, path);
  if (format === 'layers-model') refuseKeras3(description, path);
  const load = (): Promise<io.ModelArtifacts> =>
    core.io.getModelArtifactsForJSON(description, (manifest) => readWeights(core, folder, manifest));
  return { format, handler: { load } };
}

async function readModelJson(path: string, folder: string): Promise<io.ModelJSON> {
  let parsed: unknown;
  try {
    parsed = JSON.parse((await readRegularFile(path, mostDescriptionBytes)).toString('utf8'));
  } catch (error) {
    const other = systemErrorCode(error) === 'ENOENT' ? await otherExport(folder) : undefined;
    if (other !== undefined) throw other;
    throw unusableFile(`${path} cannot be read as JSON: ${messageOf(error)}`, { cause: error });
  }
  if (isModelJson(parsed)) return parsed;
  throw unusableFile(`${path} is not a TensorFlow.js model: it needs modelTopology and weightsManifest.`, {
    hint: 'Save the model with model.save() of TensorFlow.js, or convert it with tensorflowjs_converter.',
  });
}

async function readWeights(
  core: TensorFlow['core'],
  folder: string,
  manifest: io.WeightsManifestConfig,
): Promise<[io.WeightsManifestEntry[], ArrayBuffer]> {
  const shards = manifest.flatMap((group) => group.paths);
  const named = new Set<string>();
  const buffers: ArrayBuffer[] = [];
  let left = mostWeightBytes;
  for (const shard of shards) {
    // A small file that is named a million times would fill the memory.
    if (named.has(shard)) throw unusableFile(`model.json names the weights ${shard} twice.`);
    named.add(shard);
    // Only what lies in the artifact's folder is covered by its digest.
    if (isAbsolute(shard) || normalize(shard).split(sep)[0] === '..') {
      throw unusableFile(`model.json names weights outside its folder: ${shard}.`);
    }
    const bytes = await readWeightFile(folder, shard, left);
    left -= bytes.length;
    buffers.push(exactBuffer(bytes));
  }
  return [core.io.getWeightSpecs(manifest), core.io.concatenateArrayBuffers(buffers)];
}

async function readWeightFile(folder: string, shard: string, mostBytes: number): Promise<Buffer> {
  const path = join(folder, shard);
  try {
    return await readRegularFile(path, mostBytes);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw unusableFile(`${path}, which model.json names as weights, cannot be read: ${messageOf(error)}`, {
      hint: 'Save the model again: all its weights are at most 4 GiB, in files of their own beside model.json.',
      cause: error,
    });
  }
}

/** Small files are read into a slice of a shared pool, so the slice is copied out of it. */
function exactBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function formatOf(description: io.ModelJSON, path: string): TfjsFormat {
  const { format } = description;
  if (format === 'layers-model' || format === 'graph-model') return format;
  // Files from before the field existed are told apart by what their topology holds.
  if (format === undefined) return 'node' in description.modelTopology ? 'graph-model' : 'layers-model';
  throw unusableFile(`${path} has the format ${JSON.stringify(format)}; canary runs layers-model and graph-model.`);
}

function isModelJson(value: unknown): value is io.ModelJSON {
  if (typeof value !== 'object' || value === null) return false;
  if (!('modelTopology' in value) || typeof value.modelTopology !== 'object' || value.modelTopology === null) {
    return false;
  }
  return 'weightsManifest' in value && Array.isArray(value.weightsManifest);
}

const kerasHint =
  'Save it with model.export("saved_model") and convert that with tensorflowjs_converter --input_format=tf_saved_model --output_format=tfjs_graph_model saved_model DIR, or export it as ONNX with model.export("model.onnx", format="onnx") for the runtime onnx.';
const savedModelHint =
  'Convert it with tensorflowjs_converter --input_format=tf_saved_model --output_format=tfjs_graph_model FOLDER DIR and register DIR, or convert it with tf2onnx for the runtime onnx.';

/**
 * Says what to export instead of what TensorFlow.js cannot read, where an artifact has no model.json.
 *
 * @param folder the artifact's absolute path
 * @returns undefined where nothing in it is known
 */
async function otherExport(folder: string): Promise<UserError | undefined> {
  const names = (await readdir(folder)).toSorted();
  const keras = names.find((name) => name.endsWith('.keras'));
  if (keras !== undefined) {
    return unusableFile(`${folder}/${keras} is a Keras 3 file, which TensorFlow.js cannot read.`, {
      hint: kerasHint,
    });
  }
  const hdf5 = names.find((name) => /\.(?:h5|hdf5)$/u.test(name));
  if (hdf5 !== undefined) {
    return unusableFile(`${folder}/${hdf5} is a Keras file, which has to be converted for TensorFlow.js.`, {
      hint: `For Keras 2: tensorflowjs_converter --input_format=keras ${hdf5} DIR. For Keras 3: ${kerasHint}`,
    });
  }
  if (names.includes('saved_model.pb')) {
    return unusableFile(`${folder} is a SavedModel, which has to be converted for TensorFlow.js.`, {
      hint: savedModelHint,
    });
  }
  return undefined;
}

/** Refuses layers as Keras 3 describes them, which TensorFlow.js does not know. @throws UserError (exit 5) */
function refuseKeras3({ modelTopology }: io.ModelJSON, path: string): void {
  // The version says less: some people rewrite what Keras 3 names otherwise, and that can be read. It calls an input's shape this.
  if (!JSON.stringify(modelTopology).includes('"batch_shape":')) return;
  throw unusableFile(`${path} has the layers of a Keras 3 model, which TensorFlow.js cannot read.`, {
    hint: kerasHint,
  });
}
