import type { LogFormat, RequestFields } from '../../../src/domain/log/log-format.ts';

/** What one version did with one request. */
export interface Told {
  readonly id: string;
  readonly version: 'v1' | 'v2';
  readonly status?: unknown;
  readonly answer?: unknown;
  readonly latency?: unknown;
}

/** How one format writes down what versions did. */
export interface Writer {
  readonly format: LogFormat;
  readonly fields: Partial<RequestFields>;
  readonly tells: readonly ('status' | 'latency' | 'missing')[];
  files(told: readonly Told[]): Readonly<Record<string, readonly unknown[]>>;
}

const time = '2026-11-01T09:00:00.000Z';
const served = (by: string) => ({ by, latency: 'latency_ms', error: 'error', prediction: 'prediction' });
const rows = (row: (told: Told) => object) => (told: readonly Told[]) => ({ 'log.jsonl': told.map(row) });
const body = ({ answer }: Told) => (answer === undefined ? null : JSON.stringify(answer));
const batch = ({ answer }: Told) => (answer === undefined ? null : JSON.stringify({ predictions: [answer] }));

const plain = (told: Told) => ({
  request_id: told.id,
  timestamp: time,
  user_id: `user ${told.id}`,
  input: 'a',
  version: told.version,
  prediction: told.answer,
  error: told.status,
  latency_ms: told.latency,
});

const databricks = (response: (told: Told) => string | null) => (told: Told) => ({
  databricks_request_id: told.id,
  request_time: time,
  status_code: told.status,
  execution_duration_ms: told.latency,
  request: '{"instances":["a"]}',
  response: response(told),
  served_entity_id: told.version,
  requester: `user ${told.id}`,
});

const event = (told: Told, kind: string, data: unknown) => ({
  specversion: '1.0',
  type: `org.kubeflow.serving.inference.${kind}`,
  id: told.id,
  time,
  inferenceservicename: told.version,
  data,
});

const collected = (told: Told, collection: string, data: unknown) => ({
  specversion: '1.0',
  source: `/onlineEndpoints/intent/deployments/${told.version}`,
  type: `azureml.inference.${collection}`,
  time,
  data,
  correlationid: told.id,
});

const result = (told: Told, version: string) => ({
  promptIdx: version === 'v1' ? 0 : 1,
  testIdx: told.id,
  testCase: { vars: { q: told.id } },
  vars: { q: told.id },
  provider: { id: version, label: version },
  response: { output: told.answer },
  timestamp: time,
  latencyMs: told.latency,
});

const right = { status: 200, answer: 'refund', latency: 40 };
/** Of an evaluation both versions answer each example. */
const pairs = (told: readonly Told[], version: string) =>
  told.map((each): Told => (version === each.version ? each : { ...right, id: each.id, version: each.version }));

/** canary's own format, which the others are held against. */
export const own: Writer = {
  format: 'canary',
  fields: { served: served('version') },
  tells: ['status', 'latency', 'missing'],
  files: rows(plain),
};

/** Every other format, some of them in several shapes. */
export const writers: Readonly<Record<string, Writer>> = {
  'inference-table': {
    format: 'inference-table',
    fields: { served: served('served_entity_id') },
    tells: ['status', 'latency', 'missing'],
    files: rows(databricks(body)),
  },
  'inference-table of batches': {
    format: 'inference-table',
    fields: { served: served('served_entity_id') },
    tells: ['status', 'latency', 'missing'],
    files: rows(databricks(batch)),
  },
  'tf-serving': {
    format: 'tf-serving',
    fields: { unit: 'request_id', served: served('model_version') },
    tells: ['status', 'latency', 'missing'],
    files: rows((told) => ({
      request_id: told.id,
      time,
      model_version: told.version,
      instances: ['a'],
      ...(told.answer === undefined ? {} : { predictions: [told.answer] }),
      error: told.status,
      latency_ms: told.latency,
    })),
  },
  'kserve-logger': {
    format: 'kserve-logger',
    fields: { unit: 'id', served: served('inferenceservicename') },
    tells: ['missing'],
    files: (told) => ({
      'log.jsonl': told.flatMap((each) => [
        event(each, 'request', { instances: ['a'] }),
        event(each, 'response', each.answer === undefined ? undefined : { predictions: [each.answer] }),
      ]),
    }),
  },
  'sagemaker-capture': {
    format: 'sagemaker-capture',
    fields: { unit: 'eventMetadata.eventId', served: served('eventMetadata.customAttributes.version') },
    tells: [],
    files: rows((told) => ({
      captureData: {
        endpointInput: { data: '"a"', encoding: 'JSON' },
        endpointOutput: { data: body(told), encoding: 'JSON' },
      },
      eventMetadata: { eventId: told.id, inferenceTime: time, customAttributes: [`version=${told.version}`] },
    })),
  },
  'vertex-log': {
    format: 'vertex-log',
    fields: { unit: 'request_id', served: served('deployed_model_id') },
    tells: [],
    files: rows((told) => ({
      request_id: told.id,
      logging_time: time,
      deployed_model_id: told.version,
      request_payload: ['{"a":1}'],
      response_payload: told.answer === undefined ? [] : [body(told)],
    })),
  },
  'azure-collector': {
    format: 'azure-collector',
    fields: { unit: 'correlationid', served: served('deployment') },
    tells: ['missing'],
    files: (told) => ({
      'log.jsonl': told.flatMap((each) => [
        collected(each, 'model_inputs', [{ a: 1 }]),
        collected(each, 'model_outputs', each.answer === undefined ? null : [each.answer]),
      ]),
    }),
  },
  'eval-runs': {
    format: 'eval-runs',
    fields: {},
    tells: ['status', 'latency', 'missing'],
    files: (told) =>
      Object.fromEntries(
        ['v1', 'v2'].map((version) => [
          `${version}.jsonl`,
          pairs(told, version).map(({ id, status, answer, latency }) => ({
            example_id: id,
            timestamp: time,
            prediction: answer,
            error: status,
            latency_ms: latency,
          })),
        ]),
      ),
  },
  promptfoo: {
    format: 'promptfoo',
    fields: {},
    tells: ['latency', 'missing'],
    files: (told) => ({
      'log.jsonl': ['v1', 'v2'].flatMap((version) => pairs(told, version).map((each) => result(each, version))),
    }),
  },
};
