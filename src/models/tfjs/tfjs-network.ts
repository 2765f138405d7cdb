import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { messageOf, unusableFile } from '../../domain/errors.ts';
import { elementTypes, isElementName } from '../tensors/element-types.ts';
import {
  type DescribedTensor,
  type FilledTensor,
  type OutputTensor,
  type OutputValues,
  sizeOf,
  type TensorNetwork,
} from '../tensors/tensor-network.ts';
import { startTensorFlow, type TensorFlow } from './tfjs-backend.ts';
import { openTfjsFiles } from './tfjs-files.ts';
import { loadTfjsModel, type TfjsModel } from './tfjs-model.ts';

/**
 * Loads a LayersModel or GraphModel, and runs it once on zeros, which compiles it and shows what it gives and whether this
 * backend has every operation.
 *
 * @param folder the artifact's absolute path, already verified
 * @throws UserError (exit 5) when the files are not such a model or the backend cannot run it
 */
export async function loadTfjsNetwork(folder: string): Promise<TensorNetwork> {
  const { core, backend } = await startTensorFlow();
  const model = await loadTfjsModel(await openTfjsFiles(core, folder));
  const names = model.outputs.map(({ name }) => name);

  const runWhole = (feeds: readonly FilledTensor[]): OutputTensor[] => {
    // What tidy() does, without its search for tensors in the result, which would look at every number.
    core.engine().startScope();
    try {
      const outputs = model.predict(feeds.map((feed) => tensorOf(core, feed)));
      return tensorsIn(core, outputs, names).map((tensor) => ({
        shape: tensor.shape,
        values: valuesOf(tensor.dataSync()),
      }));
    } finally {
      core.engine().endScope();
    }
  };
  const runStepwise = async (feeds: readonly FilledTensor[]): Promise<OutputTensor[]> => {
    const tensors = feeds.map((feed) => tensorOf(core, feed));
    try {
      const outputs = tensorsIn(core, await model.predictAsync(tensors), names);
      tensors.push(...outputs);
      const all = outputs.map(async (tensor) => ({ shape: tensor.shape, values: valuesOf(await tensor.data()) }));
      return await Promise.all(all);
    } finally {
      core.dispose(tensors);
    }
  };
  const first = await firstRun(model, { runWhole, runStepwise }, folder);
  const run = first.stepwise ? runStepwise : runWhole;
  return {
    backend,
    inputs: model.inputs,
    outputs: model.outputs.map((output, index) => ({ ...output, shape: output.shape ?? first.shapes[index] ?? null })),
    run: async (feeds, fetches) => {
      const outputs = await run(feeds);
      return fetches.map((name) => {
        const output = outputs[names.indexOf(name)];
        if (output === undefined) throw new Error(`the model gave no ${name}`);
        return output;
      });
    },
    close: () => Promise.resolve(),
  };
}

interface FirstRun {
  /** Whether the graph can only run step by step, since its control flow depends on values. */
  readonly stepwise: boolean;
  /** The shape of each output, with an unknown batch; empty where the run failed, or the inputs' own sizes are not known. */
  readonly shapes: readonly (readonly (number | null)[])[];
}

/** Runs the model once. A failure that the inputs may be the reason of is left to the requests. */
async function firstRun(
  model: TfjsModel,
  run: {
    readonly runWhole: (feeds: readonly FilledTensor[]) => OutputTensor[];
    readonly runStepwise: (feeds: readonly FilledTensor[]) => Promise<OutputTensor[]>;
  },
  folder: string,
): Promise<FirstRun> {
  const feeds = model.inputs.map(emptyFeed);
  const told = model.inputs.every(({ shape }) => shape?.slice(1).every((size) => typeof size === 'number'));
  const shapesOf = (outputs: readonly OutputTensor[]) =>
    told ? outputs.map(({ shape: [first, ...rest] }) => [first === 1 ? null : (first ?? null), ...rest]) : [];
  try {
    return { stepwise: false, shapes: shapesOf(run.runWhole(feeds)) };
  } catch (error) {
    refuseUnknownOperation(error, folder);
    if (!/executeAsync/u.test(messageOf(error))) return { stepwise: false, shapes: [] };
  }
  try {
    return { stepwise: true, shapes: shapesOf(await run.runStepwise(feeds)) };
  } catch (error) {
    refuseUnknownOperation(error, folder);
    return { stepwise: true, shapes: [] };
  }
}

function refuseUnknownOperation(error: unknown, folder: string): void {
  const message = messageOf(error);
  if (!/not registered/iu.test(message)) return;
  throw unusableFile(`The model in ${folder} uses an operation that this backend does not have: ${message}`, {
    hint: 'Install the native backend beside canary: npm install @tensorflow/tfjs-node',
    cause: error,
  });
}

/** One request of zeros; a dimension that requests decide is 1. */
function emptyFeed({ name, type, shape }: DescribedTensor): FilledTensor {
  const sizes = (shape ?? [1]).map((size) => (typeof size === 'number' ? size : 1));
  const known = isElementName(type) ? type : 'float32';
  return { name, type: known, shape: sizes, elements: elementTypes[known].allocate(sizeOf(sizes)) };
}

function tensorOf(core: TensorFlow['core'], { type, shape, elements }: FilledTensor): Tensor {
  const [values, sizes] = [elements, [...shape]];
  if (values instanceof Float32Array) return core.tensor(values, sizes, 'float32');
  if (values instanceof Int32Array) return core.tensor(values, sizes, 'int32');
  if (values instanceof Uint8Array) return core.tensor(values, sizes, 'bool');
  if (Array.isArray(values)) return core.tensor(values, sizes, 'string');
  throw new Error(`TensorFlow.js has no tensors of ${type}`);
}

/** The outputs in the order of their names, however many there are and however the library hands them out. */
function tensorsIn(
  core: TensorFlow['core'],
  outputs: Tensor | Tensor[] | NamedTensorMap,
  names: readonly string[],
): Tensor[] {
  if (outputs instanceof core.Tensor) return [outputs];
  if (Array.isArray(outputs)) return outputs;
  return names.flatMap((name) => outputs[name] ?? []);
}

function valuesOf(data: Float32Array | Int32Array | Uint8Array | string[]): OutputValues {
  return data;
}
