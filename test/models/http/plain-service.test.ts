import { expect, test } from 'vitest';
import type { HttpEndpoint } from '../../../src/domain/endpoint.ts';
import type { Signature } from '../../../src/domain/registry.ts';
import { irisSignature, openEndpoint, said, saidBy } from './http-spec.ts';
import { serveModel } from './loopback.ts';

const record: Signature = { ...irisSignature, input: { kind: 'record', fields: { sepal: 'number', petal: 'number' } } };

test('a plain service gets the template with the request in it, and is read at dotted paths', async () => {
  const { url, received } = await serveModel({}, '/predict?model=iris', (body) => ({
    json: {
      id: JSON.parse(body).meta.id,
      prediction: [1],
      probability: { setosa: 0.2, versicolor: 0.7, virginica: 0.1 },
    },
  }));
  const endpoint: HttpEndpoint = {
    url: `${url}/predict?model=iris`,
    protocol: 'json',
    body: {
      rows: [['{{input.sepal}}', '{{input.petal.0}}']],
      note: 'asked as {{id}} of {{input.sepal}}',
      meta: { id: '{{id}}' },
    },
    answer: { label: 'prediction.0', scores: 'probability', id: 'id' },
  };
  const model = await openEndpoint(endpoint, { signature: record });
  const [outcome] = await model.predict([{ sepal: 5, petal: [3] }]);
  expect(outcome).toMatchObject({ prediction: { label: 'versicolor', score: 0.7, scores: [0.2, 0.7, 0.1] } });
  expect(JSON.parse(received.at(-1)?.body ?? '')).toEqual({
    rows: [[5, 3]],
    note: 'asked as canary-1 of 5',
    meta: { id: 'canary-1' },
  });
});

test('a placeholder may have spaces in it, and an input without its field is an error and not null', async () => {
  const { url, received } = await serveModel({}, '/', () => ({ json: { label: 'setosa' } }));
  const body = { whole: '{{ input.petal }}', part: 'of {{ input.petal  }}', input: '{{ input }}' };
  const endpoint: HttpEndpoint = { url, protocol: 'json', body, answer: { label: 'label' } };
  const model = await openEndpoint(endpoint, { signature: record });
  const [good, lacking, empty] = await model.predict([{ petal: 3 }, { sepal: 5 }, { petal: null }]);
  expect(good).toMatchObject({ ok: true });
  expect(lacking).toEqual({ ok: false, error: 'model-error', detail: 'the input has no petal' });
  expect(empty).toMatchObject({ ok: true });
  const bodies = received.flatMap((request) => (request.method === 'POST' ? [JSON.parse(request.body)] : []));
  expect(bodies).toEqual([
    { whole: 3, part: 'of 3', input: { petal: 3 } },
    { whole: null, part: 'of null', input: { petal: null } },
  ]);
});

test.each([
  [['1', '2', '3', 'none'], 1, '1'],
  [['1', '2', '3', 'none'], 0, 'bad-label'],
  [['1.0', '2.0'], 1, '1.0'],
  [['1.0', '0.0'], 1, '1.0'],
  [['007', '008'], 7, '007'],
  [['007', '7'], 7, '7'],
  [['007', '07'], 7, 'bad-label'],
  [['9007199254740992', '9007199254740993'], 9_007_199_254_740_992, 'bad-label'],
  [['no', 'yes'], 1, 'yes'],
])('of the labels %j the number %d is %s', async (labels, answer, expected) => {
  const { url } = await serveModel({}, '/', () => ({ json: { prediction: answer } }));
  const endpoint: HttpEndpoint = { url, protocol: 'json', body: '{{input}}', answer: { label: 'prediction' } };
  expect(await saidBy(endpoint, [1], { output: { kind: 'classification', labels } })).toEqual([expected]);
});

test('labels that are numbers are named by numbers; other labels are counted from 0', async () => {
  const { url } = await serveModel({}, '/', (body) => ({ json: { prediction: [JSON.parse(body)] } }));
  const endpoint: HttpEndpoint = { url, protocol: 'json', body: '{{input}}', answer: { label: 'prediction.0' } };
  const numbered: Signature = { output: { kind: 'classification', labels: ['1', '2'] } };
  expect(await saidBy(endpoint, [1, 2, 0], numbered)).toEqual(['1', '2', 'bad-label']);
  expect(await saidBy(endpoint, [0, 2, 3])).toEqual(['setosa', 'virginica', 'bad-label']);
});

test("a version's own preprocess.mjs decides what is sent and what an answer means", async () => {
  const { artifactSha256 } = await import('../../../src/models/artifact.ts');
  const { loadHttpModel } = await import('../../../src/models/http/http-model.ts');
  const { temporaryFolder, writeFiles } = await import('../fixtures/tiny-model.ts');
  const folder = writeFiles(temporaryFolder(), {
    'preprocess.mjs': `export const encode = (text) => Float32Array.of(text.length, 1);
      export const decode = ({ long }) => (long ? 'long' : 'short');`,
  });
  const { url, received } = await serveModel({}, '/', (body) => ({ json: { long: JSON.parse(body)[0] > 3 } }));
  const endpoint: HttpEndpoint = { url, protocol: 'json', body: '{{input}}', answer: { label: 'unused' } };
  const signature: Signature = { output: { kind: 'classification', labels: ['long', 'short'] } };
  const preprocess = { folder, sha256: await artifactSha256(folder) };
  const model = await loadHttpModel(
    { version: '1.0.0', runtime: 'http', endpoint, preprocess, signature },
    {},
    { timeoutMs: 1000, concurrency: 1, pauseMs: 0 },
  );
  expect(said(await model.predict(['abcde', 'ab']))).toEqual(['long', 'short']);
  expect(received.at(-1)?.body).toBe('[2,1]');
  await model.close();
});
