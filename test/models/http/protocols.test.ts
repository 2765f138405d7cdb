import { expect, test } from 'vitest';
import type { HttpEndpoint } from '../../../src/domain/endpoint.ts';
import type { Signature } from '../../../src/domain/registry.ts';
import { irisSignature, openEndpoint, said, saidBy } from './http-spec.ts';
import { type Answer, serveModel } from './loopback.ts';

const kinds = ['setosa', 'versicolor', 'virginica'];
const record: Signature = { ...irisSignature, input: { kind: 'record', fields: { sepal: 'number', petal: 'number' } } };
const price: Signature = { input: { kind: 'tensor', shape: [2] }, output: { kind: 'regression' } };

/** Scores with the first number's kind as the best. */
function scores([kind = 0]: readonly number[]): number[] {
  return kinds.map((_, index) => (index === kind ? 0.9 : 0.05));
}

const servingStatus = {
  '/v1/models/iris': {
    model_version_status: [{ version: '3', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } }],
  },
};

function servingMetadata(inputs: unknown): Readonly<Record<string, unknown>> {
  return {
    ...servingStatus,
    '/v1/models/iris/metadata': { metadata: { signature_def: { signature_def: { serving_default: { inputs } } } } },
  };
}

const floatsOf4 = { x: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }, { size: '4' }] }, name: 'x:0' } };

test('tf-serving by rows sends instances and reads predictions', async () => {
  const { url, received } = await serveModel(servingMetadata(floatsOf4), '/v1/models/iris:predict', (body) => ({
    json: { predictions: JSON.parse(body).instances.map(scores) },
  }));
  const model = await openEndpoint({ url, protocol: 'tf-serving', model: 'iris' });
  expect(
    said(
      await model.predict([
        [1, 0, 0, 0],
        [2, 0, 0, 0],
      ]),
    ),
  ).toEqual(['versicolor', 'virginica']);
  expect(model.backend).toBe('tf-serving, model version 3');
  expect(received.at(-1)?.body).toBe('{"instances":[[2,0,0,0]]}');
});

test('tf-serving by columns sends a batch of one per input and reads outputs', async () => {
  const { url, received } = await serveModel(servingStatus, '/v1/models/iris:predict', () => ({
    json: { outputs: { kind: ['setosa'], sure: [[0.75]] } },
  }));
  const endpoint: HttpEndpoint = {
    url,
    protocol: 'tf-serving',
    model: 'iris',
    format: 'columns',
    answer: { label: 'kind', score: 'sure' },
  };
  expect(await saidBy(endpoint, [{ sepal: 1, petal: [2, 3] }], record)).toEqual(['setosa']);
  expect(received.at(-1)?.body).toBe('{"inputs":{"sepal":[1],"petal":[[2,3]]}}');
});

test("tf-serving is KServe's V1 too, and a version is part of the path", async () => {
  const { url } = await serveModel(
    { '/v1/models/iris/versions/2': { name: 'iris', ready: true } },
    '/v1/models/iris/versions/2:predict',
    () => ({
      json: { predictions: [1] },
    }),
  );
  expect(await saidBy({ url, protocol: 'tf-serving', model: 'iris', modelVersion: '2' }, [[1, 2, 3, 4]])).toEqual([
    'versicolor',
  ]);
});

test.each([
  ['is loading', { model_version_status: [{ version: '3', state: 'LOADING' }] }],
  ['is not ready', { name: 'iris', ready: false }],
])('a model that %s is told before anything is sent', async (_, status) => {
  const { url } = await serveModel({ '/v1/models/iris': status }, '/v1/models/iris:predict', () => 'drop');
  await expect(openEndpoint({ url, protocol: 'tf-serving', model: 'iris' })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('the model is not ready'),
  });
});

test('tf-serving: a signature of another shape is told with both', async () => {
  const inputs = { x: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }, { size: '784' }] } } };
  const { url } = await serveModel(servingMetadata(inputs), '/v1/models/iris:predict', () => 'drop');
  await expect(openEndpoint({ url, protocol: 'tf-serving', model: 'iris' })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('The registry: tensor [4] without the batch. The server: x DT_FLOAT [?, 784]'),
  });
});

test.each([
  ['dataframe_split', '{"dataframe_split":{"columns":["sepal","petal"],"data":[[1,null]]}}'],
  ['dataframe_records', '{"dataframe_records":[{"sepal":1}]}'],
  ['inputs', '{"inputs":{"sepal":[1]}}'],
  ['instances', '{"instances":[{"sepal":1}]}'],
])('mlflow takes %s', async (format, body) => {
  const { url, received } = await serveModel({ '/ping': {}, '/version': '2.14.1' }, '/invocations', () => ({
    json: { predictions: ['virginica'] },
  }));
  expect(await saidBy({ url, protocol: 'mlflow', format }, [{ sepal: 1 }], record)).toEqual(['virginica']);
  expect(received.at(-1)?.body).toBe(body);
});

test('mlflow: a list is a row, and a prediction may be a number or columns', async () => {
  const { url, received } = await serveModel({ '/ping': {} }, '/invocations', (body) => ({
    json: { predictions: body.includes('7') ? [{ price: 12.5 }] : [[3.5]] },
  }));
  expect(
    await saidBy(
      { url: `${url}/invocations`, protocol: 'mlflow' },
      [
        [1, 2],
        [7, 8],
      ],
      price,
    ),
  ).toEqual([3.5, 12.5]);
  expect(received.at(-1)?.body).toBe('{"dataframe_split":{"data":[[7,8]]}}');
});

test.each([
  ['application/json', '[[1,2,3,4]]', { json: { predictions: [[0.1, 0.8, 0.1]] } }],
  ['text/csv', '1,2,3,4', { text: '0.1,0.8,0.1\n', type: 'text/csv; charset=utf-8' }],
  ['application/jsonlines', '[1,2,3,4]\n', { text: '[0.1,0.8,0.1]\n', type: 'application/jsonlines' }],
] satisfies [string, string, Answer][])('sagemaker-local speaks %s', async (format, body, answer) => {
  const { url, received } = await serveModel({ '/ping': {} }, '/invocations', () => answer);
  expect(await saidBy({ url, protocol: 'sagemaker-local', format }, [[1, 2, 3, 4]])).toEqual(['versicolor']);
  expect(received.at(-1)).toMatchObject({ body, headers: { 'content-type': format, accept: format } });
});

test('sagemaker-local: texts in CSV are quoted where they must be, and a label needs no quotes', async () => {
  const { url, received } = await serveModel({ '/ping': {} }, '/invocations', () => ({
    text: 'setosa',
    type: 'text/csv',
  }));
  const endpoint: HttpEndpoint = { url, protocol: 'sagemaker-local', format: 'text/csv' };
  expect(await saidBy(endpoint, [{ petal: 'a, "b"', sepal: 2 }], record)).toEqual(['setosa']);
  expect(received.at(-1)?.body).toBe('2,"a, ""b"""');
});
