import type { CommandModelSpec, FolderModelSpec, HttpModelSpec, Model, ModelSpec } from '../domain/outcome.ts';
import type { Traffic } from './host/host-protocol.ts';
import type { Environment } from './http/header-values.ts';

/** How each runtime loads a version. The libraries behind a runtime are imported when one of its models is loaded. */
const loaders = {
  tfjs: async ({ folder, signature }: FolderModelSpec): Promise<Model> => {
    const { loadTfjsNetwork } = await import('./tfjs/tfjs-network.ts');
    const { loadPreprocess } = await import('./preprocess.ts');
    const { tensorModel } = await import('./tensors/tensor-model.ts');
    const network = await loadTfjsNetwork(folder);
    return tensorModel({
      network,
      zipMaps: [],
      file: `${folder}/model.json`,
      signature,
      preprocess: await loadPreprocess(folder),
    });
  },
  onnx: async ({ folder, signature }: FolderModelSpec): Promise<Model> => {
    const { loadOnnxNetwork } = await import('./onnx/onnx-network.ts');
    const { loadPreprocess } = await import('./preprocess.ts');
    const { tensorModel } = await import('./tensors/tensor-model.ts');
    return tensorModel({ ...(await loadOnnxNetwork(folder)), signature, preprocess: await loadPreprocess(folder) });
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
