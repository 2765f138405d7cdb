import type { Model, ModelSpec } from '../domain/outcome.ts';

/** How each runtime loads a version. The libraries behind a runtime are imported when one of its models is loaded. */
const loaders: Readonly<Record<ModelSpec['runtime'], (spec: ModelSpec) => Promise<Model>>> = {
  tfjs: async (spec) => {
    const { loadTfjsNetwork } = await import('./tfjs-network.ts');
    const { loadPreprocess } = await import('./preprocess.ts');
    const { TensorModel } = await import('./tensor-model.ts');
    const network = await loadTfjsNetwork(spec.folder, spec.signature.input);
    return new TensorModel(network, await loadPreprocess(spec.folder), spec.signature.output);
  },
  onnx: async (spec) => {
    const { loadOnnxModel } = await import('./onnx/onnx-model.ts');
    const { loadPreprocess } = await import('./preprocess.ts');
    return await loadOnnxModel(spec.folder, spec.signature, await loadPreprocess(spec.folder));
  },
};

/**
 * Loads a version into this process. Its code can do anything a program can, hanging and exiting included, so the
 * gate loads it in a process of its own.
 *
 * @param spec the version; its artifact is already verified
 * @throws UserError (exit 5) when the artifact cannot be loaded
 */
export function loadModel(spec: ModelSpec): Promise<Model> {
  return loaders[spec.runtime](spec);
}
