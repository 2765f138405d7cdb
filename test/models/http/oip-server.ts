import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Answer, type Loopback, type Received, serve } from './loopback.ts';
import schema from './oip-v2-request.schema.json' with { type: 'json' };

export interface OipTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

export interface OipRequest {
  readonly id?: string;
  readonly inputs: readonly (OipTensor & { readonly data: readonly unknown[] })[];
}

interface OipModel {
  readonly name: string;
  readonly inputs: readonly OipTensor[];
  readonly infer: (request: OipRequest) => unknown;
}

const validate = new Ajv2020({ strict: true }).compile<OipRequest>(schema);

/**
 * A server of one model that follows the Open Inference Protocol: health, metadata and inference. A request that the
 * protocol does not allow gets status 400 with the reason, as does one whose tensors are not the model's.
 */
export function serveOip(model: OipModel): Promise<Loopback> {
  return serve((request) => answerTo(model, request));
}

function answerTo({ name, inputs, infer }: OipModel, { method, path, body }: Received): Answer {
  const model = `/v2/models/${name}`;
  if (method === 'GET' && path === `${model}/ready`) return { json: {} };
  if (method === 'GET' && path === '/v2') return { json: { name: 'test-server', version: '1.2.3', extensions: [] } };
  if (method === 'GET' && path === model) {
    return { json: { name, versions: ['7'], platform: 'test', inputs, outputs: [] } };
  }
  if (method !== 'POST' || path !== `${model}/infer`) return { json: { error: `no ${method} ${path}` }, status: 404 };
  const sent: unknown = JSON.parse(body);
  if (!validate(sent)) return { json: { error: JSON.stringify(validate.errors) }, status: 400 };
  const wrong = sent.inputs.find((tensor) => !inputs.some((known) => isSame(tensor, known)));
  if (wrong !== undefined || sent.inputs.length !== inputs.length) {
    return { json: { error: `unexpected input ${wrong?.name}` }, status: 400 };
  }
  return { json: { model_name: name, id: sent.id, outputs: infer(sent) } };
}

function isSame(tensor: OipRequest['inputs'][number], { name, datatype, shape }: OipTensor): boolean {
  const size = tensor.shape.reduce((product, dimension) => product * dimension, 1);
  return (
    tensor.name === name &&
    tensor.datatype === datatype &&
    tensor.shape.length === shape.length &&
    shape.every((dimension, axis) => dimension === -1 || dimension === tensor.shape[axis]) &&
    tensor.data.length === size
  );
}
