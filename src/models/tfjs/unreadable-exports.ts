import type { io } from '@tensorflow/tfjs-core';
import { readdir } from 'node:fs/promises';
import { type UserError, unusableFile } from '../../domain/errors.ts';

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
export async function otherExport(folder: string): Promise<UserError | undefined> {
  const names = (await readdir(folder)).toSorted();
  const keras = names.find((name) => name.endsWith('.keras'));
  if (keras !== undefined) {
    return unusableFile(`${folder}/${keras} is a file of Keras 3, which TensorFlow.js does not read.`, {
      hint: kerasHint,
    });
  }
  const hdf5 = names.find((name) => /\.(?:h5|hdf5)$/u.test(name));
  if (hdf5 !== undefined) {
    return unusableFile(`${folder}/${hdf5} is a file of Keras, which TensorFlow.js reads only when it is converted.`, {
      hint: `Of Keras 2: tensorflowjs_converter --input_format=keras ${hdf5} DIR. Of Keras 3: ${kerasHint}`,
    });
  }
  if (names.includes('saved_model.pb')) {
    return unusableFile(`${folder} is a SavedModel, which TensorFlow.js reads only when it is converted.`, {
      hint: savedModelHint,
    });
  }
  return undefined;
}

/** Refuses layers as Keras 3 describes them, which TensorFlow.js does not know. @throws UserError (exit 5) */
export function refuseKeras3({ modelTopology }: io.ModelJSON, path: string): void {
  // The version says less: some people rewrite what Keras 3 names otherwise, and that can be read. It calls an input's shape this.
  if (!JSON.stringify(modelTopology).includes('"batch_shape":')) return;
  throw unusableFile(`${path} has the layers of a Keras 3 model, which TensorFlow.js does not read.`, {
    hint: kerasHint,
  });
}
