import type { CommandModelSpec, FolderModelSpec, HttpModelSpec, Model, ModelSpec } from '../domain/outcome.ts';
import type { Traffic } from './host/host-protocol.ts';
import type { Environment } from './http/header-values.ts';
import type { TensorModelParts } from './tensors/tensor-model.ts';

/** A version that computes with tensors, with the code of its folder around it. */
async function modelOfTensors(
  { folder, signature }: FolderModelSpec,
  network: Omit<TensorModelParts, 'signature' | 'preprocess'>,
): Promise<Model> {
  const { loadPreprocess } = await import('./preprocess.ts');
  const { tensorModel } = await import('./tensors/tensor-model.ts');
  return tensorModel({ ...network, signature, preprocess: await loadPreprocess(folder) });
}

/** How each runtime loads a version. The libraries behind a runtime are imported when one of its models is loaded. */
const loaders = {
  tfjs: async (spec: FolderModelSpec): Promise<Model> => {
    const { loadTfjsNetwork } = await import('./tfjs/tfjs-network.ts');
    const network = await loadTfjsNetwork(spec.folder);
    return await modelOfTensors(spec, { network, zipMaps: [], file: `${spec.folder}/model.json` });
  },
  onnx: async (spec: FolderModelSpec): Promise<Model> => {
    const { loadOnnxNetwork } = await import('./onnx/onnx-network.ts');
    return await modelOfTensors(spec, await loadOnnxNetwork(spec.folder));
  },
  http: async (spec: HttpModelSpec, environment: Environment, traffic: Traffic): Promise<Model> => {
    const { loadHttpModel } = await import('./http/http-model.ts');
    return await loadHttpModel(spec, environment, traffic);
  },
  command: async (spec: CommandModelSpec, environment: Environment, traffic: Traffic): Promise<Model> => {
    const { CommandModel } = await import('./command/command-model.ts');
    return await CommandModel.start(spec, environment, traffic.timeoutMs);
  },
};

/**
 * Loads a version into this process. Its code can do anything a program can, hanging and exiting included, so the
 * gate loads it in a process of its own.
 *
 * @param spec the version; its artifact is already verified
 * @param environment for the headers that name its variables, and for a program; only of interest where one of them computes
 * @param traffic what may be sent to that server, and how long an answer may take
 * @throws UserError (exit 5) when the artifact cannot be loaded, or the server is not there
 */
export function loadModel(
  spec: ModelSpec,
  environment: Environment = {},
  traffic: Traffic = { timeoutMs: 2000, concurrency: 1, pauseMs: 0 },
): Promise<Model> {
  switch (spec.runtime) {
    case 'http':
      return loaders.http(spec, environment, traffic);
    case 'command':
      return loaders.command(spec, environment, traffic);
    default:
      return loaders[spec.runtime](spec);
  }
}
