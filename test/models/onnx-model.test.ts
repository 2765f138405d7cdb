import { expect, test } from 'vitest';
import type { Model, Outcome } from '../../src/domain/outcome.ts';
import type { Signature } from '../../src/domain/registry.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { colours, colourSignature } from './fixtures/tiny-model.ts';
import { floats, identityOnnx, onnxFile, onnxSpec, tensor, twoOutputs } from './fixtures/tiny-onnx.ts';

const sum: Signature = { output: { kind: 'regression' } };
const probabilities: Signature = {
  input: { kind: 'tensor', shape: [3] },
  output: { kind: 'classification', labels: colours },
};

function load(model: Uint8Array, signature: Signature, preprocess?: string): Promise<Model> {
  return loadModel(onnxSpec(model, signature, preprocess));
}

function labelsOf(outcomes: readonly Outcome[]): unknown[] {
  return outcomes.map((outcome) =>
    outcome.ok && outcome.prediction.kind === 'label' ? outcome.prediction.label : outcome,
  );
}

const threeColours = [
  [1, 0, 0],
  [0, 0, 1],
  [0, 1, 0],
];

test.each([
  ['of any size', 'N'],
  ['of 1', 1],
  ['of 2', 2],
  ['of 8', 8],
])('a model with a batch %s classifies three requests', async (_, batch) => {
  const model = await load(identityOnnx(batch), colourSignature);
  expect(model.backend).toMatch(/^onnxruntime \d+\.\d+\.\d+$/u);
  expect(labelsOf(await model.predict(threeColours))).toEqual(['red', 'blue', 'green']);
});

test('a model without a batch dimension classifies request by request', async () => {
  const alone = onnxFile({
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [tensor('x', 'FLOAT', [3])],
    outputs: [tensor('y', 'FLOAT', [3])],
  });
  expect(labelsOf(await (await load(alone, colourSignature)).predict(threeColours))).toEqual(['red', 'blue', 'green']);
});

test.each([
  [[1, null, 0]],
  [[1]],
  [[1, 2, 3, 4]],
  ['red'],
  [null],
  [{ y: [1, 2, 3] }],
  [['1', '2', '3']],
  [[1e39, 0, 0]],
])('the input %j is an error of its own request', async (input) => {
  const model = await load(identityOnnx('N'), colourSignature);
  expect(await model.predict([[3, 0, 0], input, [0, 0, 3]])).toMatchObject([
    { ok: true, prediction: { label: 'red' } },
    { ok: false, error: 'model-error' },
    { ok: true, prediction: { label: 'blue' } },
  ]);
});

test('what is wrong with an input is said in numbers', async () => {
  const model = await load(identityOnnx('N'), colourSignature);
  expect(await model.predict([[1], [1, 'a', 3], { y: 1 }])).toMatchObject([
    { detail: 'x has 1 value, not 3' },
    { detail: 'x is not a finite number at 1' },
    { detail: 'the input has no x' },
  ]);
});

const weighted = onnxFile({
  nodes: [
    { op: 'Cast', inputs: ['count'], outputs: ['count_float'], attributes: { to: 1 } },
    { op: 'Cast', inputs: ['price'], outputs: ['price_float'], attributes: { to: 1 } },
    { op: 'Cast', inputs: ['member'], outputs: ['member_float'], attributes: { to: 1 } },
    { op: 'Mul', inputs: ['count_float', 'price_float'], outputs: ['amount'] },
    { op: 'Sub', inputs: ['amount', 'member_float'], outputs: ['due'] },
  ],
  inputs: [tensor('count', 'INT64', ['N', 1]), tensor('price', 'DOUBLE', ['N', 1]), tensor('member', 'BOOL', ['N', 1])],
  outputs: [tensor('due', 'FLOAT', ['N', 1])],
});
const weightedSignature: Signature = {
  input: { kind: 'record', fields: { price: 'number', count: 'integer', member: 'boolean' } },
  output: { kind: 'regression', unit: 'EUR' },
};

test('a record fills one input per field, whole numbers, doubles and booleans each as they are', async () => {
  const model = await load(weighted, weightedSignature);
  expect(
    await model.predict([
      { count: 3, price: 2.5, member: true, other: 'ignored' },
      { count: 1.5, price: 2.5, member: true },
      { count: 3, price: 2.5 },
      { count: 2, price: [4], member: false },
    ]),
  ).toEqual([
    { ok: true, prediction: { kind: 'number', value: 6.5 } },
    { ok: false, error: 'model-error', detail: 'count is not a whole number in the range of its type at 0' },
    { ok: false, error: 'model-error', detail: 'the input has no member' },
    { ok: true, prediction: { kind: 'number', value: 8 } },
  ]);
});

test('an encode of the artifact may return one member per input', async () => {
  const encode = 'export const encode = (text) => ({ count: 7n, price: text.length, member: [false] });';
  const model = await load(weighted, { ...weightedSignature, input: { kind: 'text' } }, encode);
  expect(await model.predict(['four'])).toEqual([{ ok: true, prediction: { kind: 'number', value: 28 } }]);
});

test('inputs of unknown length take each request at its own', async () => {
  const length = onnxFile({
    nodes: [{ op: 'ReduceSum', inputs: ['ids'], outputs: ['total'], attributes: { keepdims: 1 } }],
    inputs: [tensor('ids', 'FLOAT', ['N', 'length'])],
    outputs: [tensor('total', 'FLOAT', ['N', 1])],
  });
  const byRow = onnxFile({
    nodes: [{ op: 'MatMul', inputs: ['ids', 'ones'], outputs: ['total'] }],
    inputs: [tensor('ids', 'FLOAT', ['N', 'length', 1])],
    outputs: [tensor('total', 'FLOAT', ['N', 'length', 1])],
    weights: [floats('ones', [1, 1], [1])],
  });
  const code = 'export const encode = (ids) => ids; export const decode = (all) => all.reduce((a, b) => a + b, 0);';
  const model = await load(byRow, sum, code);
  const inputs = [[[1], [2]], [[3], [4]], [[5]], [[1], [1], [1]]];
  const totals = [3, 7, 5, 3].map((value) => ({ ok: true, prediction: { kind: 'number', value } }));
  expect(await model.predict(inputs)).toEqual(totals);
  // This one adds up the whole batch, and is computed request by request for it.
  expect(await (await load(length, sum)).predict([[1, 2], [3, 4], [5]])).toEqual(totals.slice(0, 3));
});

const weightedText = 'count int64 [N, 1], price float64 [N, 1], member bool [N, 1] -> due float32 [N, 1]';

test.each([
  {
    model: identityOnnx('N'),
    signature: { ...probabilities, input: { kind: 'tensor', shape: [4] } },
    problem: 'The input x of the model does not have the shape that the registry describes.',
    registry: 'tensor [4] -> classification of 3 labels: red, green, blue',
    own: 'x float32 [N, 3] -> y float32 [N, 3]',
  },
  {
    model: weighted,
    signature: { ...weightedSignature, input: { kind: 'record', fields: { price: 'number', amount: 'integer' } } },
    problem:
      'The fields in the registry are not the inputs of the model: the registry lacks count, member, and the model does not take amount.',
    registry: 'record {price: number, amount: integer} -> regression in EUR',
    own: weightedText,
  },
  {
    model: weighted,
    signature: { ...weightedSignature, input: { kind: 'tensor', shape: [3] } },
    problem: 'The model has 3 inputs, and the registry describes one tensor.',
    registry: 'tensor [3] -> regression in EUR',
    own: weightedText,
  },
  {
    model: weighted,
    signature: { ...weightedSignature, input: { kind: 'text' } },
    problem: 'The registry describes a text, but the model does not take one.',
    registry: 'text -> regression in EUR',
    own: weightedText,
  },
  {
    model: identityOnnx('N'),
    signature: { ...probabilities, output: { kind: 'classification', labels: ['a', 'b'] } },
    problem: 'No output of the model is a label or 2 scores.',
    registry: 'tensor [3] -> classification of 2 labels: a, b',
    own: 'x float32 [N, 3] -> y float32 [N, 3]',
  },
  {
    model: twoOutputs,
    signature: probabilities,
    problem: 'The outputs first, second could each be the scores.',
    registry: 'tensor [3] -> classification of 3 labels: red, green, blue',
    own: 'x float32 [N, 3] -> first float32 [N, 3], second float32 [N, 3]',
  },
] satisfies { model: Uint8Array; signature: Signature; problem: string; registry: string; own: string }[])(
  'both signatures are told: $problem',
  async ({ model, signature, problem, registry, own }) => {
    const spec = onnxSpec(model, signature);
    const message = [problem, `  registry: ${registry}`, `  model:    ${own}`, `  (${spec.folder}/model.onnx)`];
    await expect(loadModel(spec)).rejects.toMatchObject({ exitCode: 5, message: message.join('\n') });
  },
);

test('a file that is no ONNX model is an error with its name', async () => {
  await expect(load(Buffer.from('not a model'), probabilities)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('model.onnx cannot be opened as an ONNX model'),
  });
});
