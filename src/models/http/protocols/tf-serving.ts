import type { EndpointInput } from '../../../domain/endpoint.ts';
import { unusableFile } from '../../../domain/errors.ts';
import { type OpenExchange, AnswerError, isObject, valueAt } from '../exchange.ts';
import { validateSignature } from './input-shapes.ts';
import { answerObject, factsAt, onlyItem, onlyItems, plainWords, refuseStatus } from './server-facts.ts';

/**
 * TensorFlow Serving's REST interface, whose rows KServe's V1 protocol has too: `instances` in and `predictions` out, or
 * by columns `inputs` and `outputs`. https://www.tensorflow.org/tfx/serving/api_rest
 */
export const tensorFlowServing: OpenExchange = async (endpoint, signature, root, ask) => {
  const { model = '', modelVersion, format = 'rows' } = endpoint;
  const version = modelVersion === undefined ? '' : `/versions/${encodeURIComponent(modelVersion)}`;
  const path = `${root}/v1/models/${encodeURIComponent(model)}${version}`;
  const { status, body } = await ask(path);
  refuseStatus(path, status, body);
  const metadata = await factsAt(ask, `${path}/metadata`);
  const inputs = inputsIn(metadata);
  if (inputs.length > 0) validateSignature(signature.input, inputs);
  const columns = format === 'columns';
  return {
    server: readyVersion(path, body),
    path: `${path}:predict`,
    headers: { 'content-type': 'application/json' },
    write: (input) => JSON.stringify(columns ? { inputs: inColumns(input, inputs) } : { instances: [input] }),
    read: (text) =>
      columns ? outputsOf(answerObject(text)) : onlyItem(answerObject(text)['predictions'], 'predictions'),
  };
};

/** What the status says: TensorFlow Serving lists versions with a state, KServe says whether it is ready. */
function readyVersion(path: string, body: string): string {
  const answer = answerOrNothing(body);
  const listed = answer['model_version_status'];
  const versions: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const available = versions.filter((version) => isObject(version) && version['state'] === 'AVAILABLE');
  const ready = versions.length > 0 ? available.length > 0 : answer['ready'] !== false && answer['ready'] !== 'False';
  if (!ready) throw unusableFile(`its server says at ${path} that the model is not ready: ${body.slice(0, 200)}`);
  const numbers = available.map((version) => (isObject(version) ? version['version'] : ''));
  return numbers.length === 0 ? '' : plainWords('model version', numbers.join(' '));
}

function answerOrNothing(body: string): Readonly<Record<string, unknown>> {
  try {
    return answerObject(body);
  } catch (error) {
    if (error instanceof AnswerError) return {};
    throw error;
  }
}

function inputsIn(metadata: unknown): readonly EndpointInput[] {
  const inputs = valueAt(metadata, 'metadata.signature_def.signature_def.serving_default.inputs');
  if (!isObject(inputs)) return [];
  return Object.entries(inputs).flatMap(([name, input]): EndpointInput[] => {
    const sizes = valueAt(input, 'tensor_shape.dim');
    if (!Array.isArray(sizes)) return [];
    const shape = sizes.map((size) => Number(valueAt(size, 'size')));
    return [{ name, datatype: plainWords(valueAt(input, 'dtype')), shape }];
  });
}

/** A batch of one by columns: each input's list holds one value. */
function inColumns(input: unknown, inputs: readonly EndpointInput[]): unknown {
  // A record of fields is the model's named inputs, unless the model has one input that is no field.
  if (!isObject(input) || (inputs.length === 1 && !(inputs[0]?.name !== undefined && inputs[0].name in input))) {
    return [input];
  }
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, [value]]));
}

function outputsOf({ outputs }: Readonly<Record<string, unknown>>): unknown {
  return isObject(outputs) ? onlyItems(outputs) : onlyItem(outputs, 'outputs');
}
