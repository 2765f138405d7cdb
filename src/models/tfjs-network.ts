import type { Tensor } from '@tensorflow/tfjs-core';
import { messageOf, unusableFile } from '../domain/errors.ts';
import type { InputSignature } from '../domain/registry.ts';
import { sizeOf, type TensorNetwork, type TensorOutput } from './tensor-network.ts';
import { startTensorFlow, type TensorFlow } from './tfjs-backend.ts';
import { openTfjsFiles, type TfjsFiles } from './tfjs-files.ts';

/** What the two kinds of TensorFlow.js models have in common here. */
interface LoadedModel {
  readonly inputs: readonly { readonly shape?: readonly (number | null)[] | undefined; readonly dtype: string }[];
  readonly outputs: readonly unknown[];
  predict(input: Tensor): unknown;
  /** For graphs whose control flow depends on values, which cannot run in one go. */
  predictAsync(input: Tensor): Promise<unknown>;
}

/**
 * Loads a LayersModel or GraphModel with one input and one output, and runs it once on zeros, which compiles it and
 * shows whether this backend has every operation.
 *
 * @param folder the artifact's absolute path, already verified
 * @param signature the input that the registry promises; its shape must fit the model's
 * @throws UserError (exit 5) when the files are not such a model or the backend cannot run it
 */
export async function loadTfjsNetwork(folder: string, signature: InputSignature | undefined): Promise<TensorNetwork> {
  const { core, backend } = await startTensorFlow();
  const files = await openTfjsFiles(core, folder);
  const model = await loadModel(files);
  const [input] = model.inputs;
  if (input === undefined || model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw unusableFile(
      `The model in ${folder} has ${model.inputs.length} inputs and ${model.outputs.length} outputs; canary runs models with one of each.`,
    );
  }
  const shape = inputShape(input.shape, signature, folder);
  const fixedBatch = input.shape?.[0];
  const dtype = input.dtype === 'int32' || input.dtype === 'bool' ? input.dtype : 'float32';
  const toTensor = (values: Float32Array, count: number): Tensor => core.tensor(values, [count, ...shape], dtype);

  const runWhole = (values: Float32Array, count: number): TensorOutput => {
    // What tidy() does, without its search for tensors in the result, which would look at every number.
    core.engine().startScope();
    try {
      const output = asTensor(core, model.predict(toTensor(values, count)));
      return { shape: output.shape, values: output.dataSync() };
    } finally {
      core.engine().endScope();
    }
  };
  const runStepwise = async (values: Float32Array, count: number): Promise<TensorOutput> => {
    const batch = toTensor(values, count);
    const tensors = [batch];
    try {
      const output = asTensor(core, await model.predictAsync(batch));
      tensors.push(output);
      return { shape: output.shape, values: await output.data() };
    } finally {
      core.dispose(tensors);
    }
  };
  const stepwise = needsSteps(() => runWhole(new Float32Array(sizeOf(shape)), 1), folder);
  return {
    backend,
    inputShape: shape,
    batchLimit: typeof fixedBatch === 'number' && fixedBatch > 0 ? fixedBatch : Infinity,
    run: stepwise ? runStepwise : runWhole,
  };
}

/** Each kind of model is read by a package of its own, of which the other kind needs nothing. */
async function loadModel({ format, handler }: TfjsFiles): Promise<LoadedModel> {
  if (format === 'graph-model') {
    const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
    const graph = await loadGraphModel(handler);
    return {
      inputs: graph.inputs,
      outputs: graph.outputs,
      predict: (input) => graph.predict(input),
      predictAsync: (input) => graph.predictAsync(input),
    };
  }
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  const model = await loadLayersModel(handler);
  return {
    inputs: model.inputs,
    outputs: model.outputs,
    // predict() would cut the batch into pieces of 32.
    predict: (input) => model.predictOnBatch(input),
    predictAsync: (input) => Promise.resolve(model.predictOnBatch(input)),
  };
}

/** Runs the model once; true when the graph can only run step by step. Other failures are left to the requests. */
function needsSteps(runOnce: () => unknown, folder: string): boolean {
  try {
    runOnce();
    return false;
  } catch (error) {
    const message = messageOf(error);
    if (/not registered/iu.test(message)) {
      throw unusableFile(`The model in ${folder} uses an operation that this backend does not have: ${message}`, {
        hint: 'Install the native backend beside canary: npm install @tensorflow/tfjs-node',
        cause: error,
      });
    }
    return /executeAsync/u.test(message);
  }
}

/** The shape of one request: the signature's where it gives one, else the model's. */
function inputShape(
  modelShape: readonly (number | null)[] | undefined,
  signature: InputSignature | undefined,
  folder: string,
): readonly number[] {
  // An unknown dimension is null in a LayersModel and -1 in a GraphModel.
  const own = modelShape?.slice(1).map((dimension) => (dimension === null || dimension < 0 ? null : dimension));
  const promised = signature?.kind === 'tensor' ? signature.shape : undefined;
  if (promised !== undefined) {
    const fits =
      own === undefined ||
      (own.length === promised.length && own.every((size, axis) => size === null || size === promised[axis]));
    if (fits) return promised;
    throw unusableFile(
      `The signature's input shape [${promised.join(', ')}] is not the model's [${own.map((size) => size ?? '?').join(', ')}] (${folder}).`,
      { hint: 'Correct signature.input.shape in the registry; it leaves out the batch dimension.' },
    );
  }
  if (own !== undefined && own.every((size) => size !== null)) return own;
  throw unusableFile(`The input shape of the model in ${folder} is not known.`, {
    hint: 'Write signature.input {"kind":"tensor","shape":[...]} in the registry.',
  });
}

function asTensor(core: TensorFlow['core'], output: unknown): Tensor {
  const single: unknown = Array.isArray(output) && output.length === 1 ? output[0] : output;
  if (single instanceof core.Tensor) return single;
  throw new Error('The model did not return one tensor.');
}
