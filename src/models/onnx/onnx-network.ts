import type { InferenceSession, OnnxValue } from 'onnxruntime-node';
import type {
  FilledTensor,
  OtherValue,
  DescribedTensor,
  OutputValues,
  TensorNetwork,
} from '../tensors/tensor-network.ts';
import type { ZipMap } from '../tensors/tensor-outputs.ts';
import { importOnnxRuntime, type OnnxRuntime } from './onnx-runtime.ts';
import { openOnnxSession } from './onnx-session.ts';

export interface OnnxNetwork {
  readonly network: TensorNetwork;
  /** Outputs that are lists of maps; the network gives the tensors behind them. */
  readonly zipMaps: readonly ZipMap[];
  readonly file: string;
}

/**
 * Loads the ONNX model of an artifact.
 *
 * @param folder the artifact's absolute path, already verified
 * @throws UserError (exit 5) when onnxruntime-node is missing, or the folder has no model that it can run
 */
export async function loadOnnxNetwork(folder: string): Promise<OnnxNetwork> {
  const runtime = await importOnnxRuntime();
  const { session, zipMaps, file, wholeBatchOperator } = await openOnnxSession(runtime, folder);
  const { node = 'of an unknown version' } = runtime.env.versions;
  const network = {
    backend: `onnxruntime ${node}`,
    inputs: describeValues(session.inputMetadata).filter((input) => input.type !== null),
    outputs: describeValues(session.outputMetadata),
    ...(wholeBatchOperator === undefined
      ? {}
      : { oneByOne: `its graph has ${wholeBatchOperator}, which rounds by the largest number in the batch` }),
    run: async (feeds: readonly FilledTensor[], fetches: readonly string[]) => {
      const values = Object.fromEntries(feeds.map((feed) => [feed.name, tensorOf(runtime, feed)]));
      const results = await session.run(values, fetches);
      return fetches.map((name) => {
        const output = results[name];
        if (output === undefined) throw new Error(`the model gave no ${name}`);
        return { shape: output.dims, values: plainValues(output.data) };
      });
    },
    close: () => session.release(),
  };
  return { network, zipMaps, file };
}

/** What a session says of its inputs or outputs. */
function describeValues(metadata: readonly InferenceSession.ValueMetadata[]): (DescribedTensor | OtherValue)[] {
  return metadata.map((value) => {
    if (!value.isTensor) return { name: value.name, type: null };
    const shape = value.shape.map((size) => (typeof size === 'number' ? knownSize(size) : size || null));
    return { name: value.name, type: value.type, shape };
  });
}

function knownSize(size: number): number | null {
  return size < 0 ? null : size;
}

function tensorOf({ Tensor }: OnnxRuntime, { type, elements, shape }: FilledTensor): OnnxValue {
  // The constructor is declared once per type; the array is of this one, as the table of element types made it.
  return Reflect.construct(Tensor, [type, elements, shape]);
}

/** Whole numbers of 64 bits become ordinary ones: labels and counts are never large enough to tell the difference. */
function plainValues(data: OnnxValue['data']): OutputValues {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  const values: Iterable<number | bigint | string> = data;
  return Array.from(values, (value) => (typeof value === 'string' ? value : Number(value)));
}
