import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DescribedTensor } from '../tensors/tensor-network.ts';
import type { TfjsFiles } from './tfjs-files.ts';

/** What the two kinds of TensorFlow.js models have in common here. */
export interface TfjsModel {
  readonly inputs: readonly DescribedTensor[];
  readonly outputs: readonly DescribedTensor[];
  /** @param inputs in the order of `inputs`. Gives the outputs in their order, or by name. */
  predict(inputs: Tensor[]): Tensor | Tensor[] | NamedTensorMap;
  /** Runs graphs whose control flow depends on values, which cannot run in one go. */
  predictAsync(inputs: Tensor[]): Promise<Tensor | Tensor[] | NamedTensorMap>;
}

/** Each kind of model is read by a package of its own, of which the other kind needs nothing. */
export async function loadTfjsModel({ format, handler }: TfjsFiles): Promise<TfjsModel> {
  return format === 'graph-model' ? await loadGraph(handler) : await loadLayers(handler);
}

async function loadLayers(handler: TfjsFiles['handler']): Promise<TfjsModel> {
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  const model = await loadLayersModel(handler);
  // predict() would cut the batch into pieces of 32.
  const predict = (inputs: Tensor[]): Tensor | Tensor[] => model.predictOnBatch(inputs);
  return {
    inputs: model.inputs.map((tensor, index) => layerTensor(tensor, model.inputNames?.[index])),
    outputs: model.outputs.map((tensor, index) => layerTensor(tensor, model.outputNames?.[index])),
    predict,
    predictAsync: (inputs) => Promise.resolve(predict(inputs)),
  };
}

/** A Sequential has no names of its own, only those of its layers' tensors. */
function layerTensor({ name, shape, dtype }: SymbolicTensor, ownName: string | undefined): DescribedTensor {
  return described(ownName ?? name.split('/')[0] ?? name, dtype, shape);
}

async function loadGraph(handler: TfjsFiles['handler']): Promise<TfjsModel> {
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  const graph = await loadGraphModel(handler);
  const { inputs: inputKeys, outputs: outputKeys } = signatureKeys(graph.modelSignature);
  const structured = keysOf(graph.modelStructuredOutputKeys);
  return {
    // What the library fills in itself, such as tables of words, is no input.
    inputs: graph.inputs
      .filter(({ dtype }) => isTensorType(dtype))
      .map(({ name, dtype, shape }) => described(inputKeys.get(plain(name)) ?? plain(name), dtype, shape)),
    outputs: graph.outputs.map(({ name, dtype, shape }, index) =>
      described(structured[index] ?? outputKeys.get(plain(name)) ?? plain(name), dtype, shape),
    ),
    predict: (inputs) => graph.predict(inputs),
    predictAsync: (inputs) => graph.predictAsync(inputs),
  };
}

/** What a saved model calls its tensors, by their names in the graph. */
function signatureKeys(signature: unknown): Record<'inputs' | 'outputs', ReadonlyMap<string, string>> {
  const keysIn = (part: 'inputs' | 'outputs'): ReadonlyMap<string, string> => {
    const tensors = memberOf(signature, part);
    const entries = typeof tensors === 'object' && tensors !== null ? Object.entries(tensors) : [];
    return new Map(
      entries.map(([key, tensor]) => {
        const name = memberOf(tensor, 'name');
        return [plain(typeof name === 'string' ? name : key), plain(key)];
      }),
    );
  };
  return { inputs: keysIn('inputs'), outputs: keysIn('outputs') };
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function keysOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

const tensorTypes: ReadonlySet<string> = new Set(['float32', 'int32', 'bool', 'complex64', 'string']);

function isTensorType(dtype: string | undefined): boolean {
  return dtype !== undefined && tensorTypes.has(dtype);
}

/** A tensor's name without its place among the outputs of its node, `x:0`. */
function plain(name: string): string {
  return name.replace(/:\d+$/u, '');
}

/** TensorFlow.js counts sizes that it does not know as null or -1. */
function described(name: string, dtype: string | undefined, shape: unknown): DescribedTensor {
  const sizes: readonly unknown[] | null = Array.isArray(shape) ? shape : null;
  return {
    name,
    type: dtype ?? 'float32',
    shape: sizes?.map((size) => (typeof size === 'number' && size >= 0 ? size : null)) ?? null,
  };
}
