import { expect, test } from 'vitest';
import type { HttpEndpoint } from '../../../src/domain/endpoint.ts';
import type { Signature } from '../../../src/domain/registry.ts';
import { openEndpoint, said } from './http-spec.ts';
import { type OipRequest, serveOip } from './oip-server.ts';

const x = { name: 'x', datatype: 'FP32', shape: [-1, 4] };

/** The kind of iris whose number is the first of the four. */
function byFirst({ inputs: [input] }: OipRequest): unknown {
  const kind = Number(input?.data[0]);
  return [{ name: 'p', datatype: 'FP32', shape: [1, 3], data: [0, 1, 2].map((label) => (label === kind ? 0.8 : 0.1)) }];
}

function endpoint(url: string, more: Partial<HttpEndpoint> = {}): HttpEndpoint {
  return { url, protocol: 'oip-v2', model: 'iris', ...more };
}

test('requests are what the protocol allows, and probabilities are read in the order of the labels', async () => {
  const { url, received } = await serveOip({ name: 'iris', inputs: [x], infer: byFirst });
  const model = await openEndpoint(endpoint(url));
  const outcomes = await model.predict([[2, 0, 0, 0], [[0, 0, 0, 0]], [1, 2, 3, 4]]);
  expect(outcomes[0]).toMatchObject({ prediction: { label: 'virginica', score: 0.8, scores: [0.1, 0.1, 0.8] } });
  expect(said(outcomes)).toEqual(['virginica', 'setosa', 'versicolor']);
  expect(JSON.parse(received.at(-1)?.body ?? '')).toMatchObject({ inputs: [{ ...x, shape: [1, 4] }] });
});

test('the server and the version of the model are named beside the protocol', async () => {
  const { url } = await serveOip({ name: 'iris', inputs: [x], infer: byFirst });
  expect((await openEndpoint(endpoint(url))).backend).toBe('oip-v2, test-server 1.2.3, model version 7');
});

test('a record becomes one tensor per input, and of several outputs the paths say which is which', async () => {
  const inputs = [
    { name: 'age', datatype: 'INT64', shape: [-1, 1] },
    { name: 'plan', datatype: 'BYTES', shape: [-1, 1] },
    { name: 'active', datatype: 'BOOL', shape: [-1] },
  ];
  const { url } = await serveOip({
    name: 'iris',
    inputs,
    infer: ({ inputs: [age, plan, active] }) => [
      { name: 'label', datatype: 'BYTES', shape: [1], data: [active?.data[0] === true ? 'stay' : 'leave'] },
      { name: 'sure', datatype: 'FP64', shape: [1, 1], data: [[Number(age?.data[0]) / 100]] },
      { name: 'echo', datatype: 'BYTES', shape: [1, 1], data: [plan?.data[0]] },
    ],
  });
  const signature: Signature = {
    input: { kind: 'record', fields: { age: 'number', plan: 'string', active: 'boolean' } },
    output: { kind: 'classification', labels: ['stay', 'leave'] },
  };
  const model = await openEndpoint(endpoint(url, { answer: { label: 'label', score: 'sure' } }), { signature });
  const outcomes = await model.predict([
    { age: 75, plan: 'gold', active: true },
    { age: 51, plan: 'none', active: false },
    { age: 51, plan: 'none' },
    { age: 'old', plan: 'none', active: false },
  ]);
  expect(outcomes[0]).toMatchObject({ ok: true, prediction: { label: 'stay', score: 0.75 } });
  expect(said(outcomes)).toEqual(['stay', 'leave', 'model-error', 'model-error']);
  expect(outcomes[2]).toMatchObject({ detail: 'the input has no active' });
  expect(outcomes[3]).toMatchObject({ detail: 'the input age is not a number at 0' });
});

test.each([
  ['name', { ...x, name: 'y' }, 'The registry: y FP32 [?, 4]. The server: x FP32 [?, 4]'],
  ['shape', { ...x, shape: [-1, 3] }, 'The registry: x FP32 [?, 3]. The server: x FP32 [?, 4]'],
  ['datatype', { ...x, datatype: 'INT64' }, 'The registry: x INT64 [?, 4]. The server: x FP32 [?, 4]'],
])('an input of another %s is told with both signatures before anything is sent', async (_, written, message) => {
  const { url, received } = await serveOip({ name: 'iris', inputs: [x], infer: byFirst });
  const opening = openEndpoint(endpoint(url, { inputs: [written] }));
  await expect(opening).rejects.toMatchObject({ exitCode: 5, message: expect.stringContaining(message) });
  expect(received.filter(({ method }) => method === 'POST')).toEqual([]);
});

test('a signature of another shape than the server tells is refused with both', async () => {
  const { url } = await serveOip({ name: 'iris', inputs: [x], infer: byFirst });
  const signature: Signature = {
    input: { kind: 'tensor', shape: [3] },
    output: { kind: 'classification', labels: ['a', 'b', 'c'] },
  };
  await expect(openEndpoint(endpoint(url), { signature })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('The registry: tensor [3] without the batch. The server: x FP32 [?, 4]'),
  });
});

test('a model that the server does not have is told before anything is sent', async () => {
  const { url } = await serveOip({ name: 'iris', inputs: [x], infer: byFirst });
  await expect(openEndpoint(endpoint(url, { model: 'rose' }))).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('answers /v2/models/rose/ready with status 404'),
  });
});

test.each([
  [
    'an answer for another request',
    { id: 'other', outputs: [] },
    /^the answer is for request other, not for canary-1$/u,
  ],
  ['an answer without outputs', { model_name: 'iris' }, /^the answer has no list of outputs$/u],
  [
    'an output that lacks values',
    { outputs: [{ name: 'p', shape: [1, 3], data: [0.5] }] },
    /has 1 values for a shape of 3/u,
  ],
])('%s is a bad response', async (_, answer, detail) => {
  const { serve } = await import('./loopback.ts');
  const { url } = await serve(({ method }) => ({ json: method === 'GET' ? { inputs: [x] } : answer }));
  const [outcome] = await (await openEndpoint(endpoint(url))).predict([[1, 2, 3, 4]]);
  expect(outcome).toMatchObject({ ok: false, error: 'bad-response', detail: expect.stringMatching(detail) });
});
