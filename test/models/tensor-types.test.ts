import { expect, test } from 'vitest';
import { answerOf, type FolderModelSpec, type Model, type Outcome } from '../../src/domain/outcome.ts';
import type { Signature } from '../../src/domain/registry.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { graphWithNodes, layersModel, temporaryFolder, writeFiles } from './fixtures/tiny-model.ts';
import { floats, onnxFile, onnxSpec, tensor } from './fixtures/tiny-onnx.ts';

function tfjs(files: Record<string, string | Uint8Array>, signature: Signature, preprocess?: string): FolderModelSpec {
  const folder = writeFiles(temporaryFolder(), {
    ...files,
    ...(preprocess === undefined ? {} : { 'preprocess.mjs': preprocess }),
  });
  return { version: '1.0.0', runtime: 'tfjs', folder, signature };
}

const number: Signature = { input: { kind: 'tensor', shape: [1] }, output: { kind: 'regression' } };
const lastBit = graphWithNodes([
  { name: 'id', op: 'Placeholder', type: 'DT_INT32', shape: [-1, 1] },
  { name: 'two', op: 'Const', type: 'DT_INT32', value: [2] },
  { name: 'bit', op: 'FloorMod', type: 'DT_INT32', input: ['id', 'two'] },
]);
const sameId = (type: 'INT32' | 'INT64') =>
  onnxFile({
    nodes: [{ op: 'Identity', inputs: ['id'], outputs: ['same'] }],
    inputs: [tensor('id', type, ['N', 1])],
    outputs: [tensor('same', type, ['N', 1])],
  });

async function answers(spec: FolderModelSpec, inputs: readonly unknown[]): Promise<unknown[]> {
  return told(await (await loadModel(spec)).predict(inputs));
}

function told(outcomes: readonly Outcome[]): unknown[] {
  return outcomes.map((outcome) => {
    if (!outcome.ok) return `${outcome.error}: ${outcome.detail}`;
    return answerOf(outcome.prediction);
  });
}

test('whole numbers reach an int32 input of TensorFlow.js as they are, from the log and from encode', async () => {
  const ids = [16777216, 16777217, 2147483647, -2147483647].map((id) => [id]);
  expect(await answers(tfjs(lastBit, number), ids)).toEqual([0, 1, 1, 1]);
  expect(await answers(tfjs(lastBit, number, 'export const encode = (input) => [...input];'), ids)).toEqual([
    0, 1, 1, 1,
  ]);
});

test.each([
  ['tfjs', () => tfjs(lastBit, number)],
  ['onnx', () => onnxSpec(sameId('INT32'), number)],
])('%s: what an int32 cannot hold is an error of its request', async (_, specOf) => {
  const problem = 'model-error: id is not a whole number in the range of its type at 0';
  expect(await answers(specOf(), [[1.5], [2147483648], [-2147483649], ['7'], [null]])).toEqual(Array(5).fill(problem));
});

test('onnx: whole numbers of 64 bits are read from the log without loss, and not where JavaScript rounded them', async () => {
  const model = await loadModel(onnxSpec(sameId('INT64'), number));
  const parse = model.parse ?? JSON.parse;
  const inputs = ['[9007199254740992]', '[9223372036854775807]', '[9223372036854775808]'].map((text) => parse(text));
  expect(told(await model.predict(inputs))).toEqual([
    2 ** 53,
    2 ** 63,
    'model-error: id is not a whole number in the range of its type at 0',
  ]);
  expect(told(await model.predict([[2 ** 53]]))[0]).toContain('model-error');
});

const twoInputs = graphWithNodes([
  { name: 'count', op: 'Placeholder', type: 'DT_FLOAT', shape: [-1, 1] },
  { name: 'price', op: 'Placeholder', type: 'DT_FLOAT', shape: [-1, 1] },
  { name: 'amount', op: 'Mul', type: 'DT_FLOAT', input: ['count', 'price'] },
  { name: 'saving', op: 'Sub', type: 'DT_FLOAT', input: ['price', 'count'] },
]);
const record: Signature = {
  input: { kind: 'record', fields: { price: 'number', count: 'number' } },
  output: { kind: 'regression' },
};

test('tfjs: several inputs are filled by name, and decode gets several outputs by name', async () => {
  const decode =
    'export const encode = (input) => input; export const decode = ({ amount, saving }) => amount[0] + saving[0];';
  const inputs = [{ price: 10, count: 3 }, { price: 1 }, { count: [2], price: [5] }];
  expect(await answers(tfjs(twoInputs, record, decode), inputs)).toEqual([
    37,
    'model-error: the input has no count',
    13,
  ]);
  await expect(loadModel(tfjs(twoInputs, record))).rejects.toThrow(
    'The outputs amount, saving could each be the number.',
  );
});

test('tfjs: a text reaches a text input', async () => {
  const hashed = graphWithNodes([
    { name: 'text', op: 'Placeholder', type: 'DT_STRING', shape: [-1] },
    {
      name: 'bucket',
      op: 'StringToHashBucketFast',
      type: 'DT_STRING',
      input: ['text'],
      attr: { num_buckets: { i: '1000' } },
    },
  ]);
  const signature: Signature = { input: { kind: 'text' }, output: { kind: 'regression' } };
  const [one, other, again, wrong] = await answers(tfjs(hashed, signature), ['refund', 'greeting', 'refund', 7]);
  expect(one).toEqual(again);
  expect(one).not.toEqual(other);
  expect(wrong).toBe('model-error: text is not a text at 0');
});

const yesNo = { kind: 'classification', labels: ['no', 'yes'] } as const;
const single = onnxFile({
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['p'] }],
  inputs: [tensor('x', 'FLOAT', ['N', 1])],
  outputs: [tensor('p', 'FLOAT', ['N', 1])],
});
const sigmoids: [string, (output: Signature['output']) => FolderModelSpec][] = [
  ['tfjs', (output) => tfjs(layersModel([1], 1, 1), { input: { kind: 'tensor', shape: [1] }, output })],
  ['onnx', (output) => onnxSpec(single, { input: { kind: 'tensor', shape: [1] }, output })],
];

test.each(sigmoids)(
  "%s: one number is the second label's probability where the signature says so",
  async (_, specOf) => {
    const model: Model = await loadModel(specOf({ ...yesNo, activation: 'sigmoid' }));
    const outcomes = await model.predict([[0.75], [0.25], [0.5], [1.5]]);
    expect(outcomes.slice(0, 3)).toMatchObject([
      { prediction: { label: 'yes', score: 0.75, scores: [0.25, 0.75] } },
      { prediction: { label: 'no', score: 0.75, scores: [0.75, 0.25] } },
      { prediction: { label: 'no', score: 0.5 } },
    ]);
    expect(told(outcomes)[3]).toContain('bad-response');
  },
);

test.each(sigmoids)('%s: without it the error names the key and decode', async (_, specOf) => {
  await expect(loadModel(specOf(yesNo))).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('is one number, and there are two labels'),
    hint: expect.stringMatching(
      /the probability of yes, write "activation": "sigmoid" in signature\.output; .*decode/u,
    ),
  });
});

/** What a state adds to the sum of a sequence; its batch is its second dimension. */
const withState = (sequence: readonly (string | number)[]) =>
  onnxFile({
    nodes: [
      { op: 'ReduceSum', inputs: ['x'], outputs: ['sum'], attributes: { keepdims: 0 } },
      { op: 'ReduceSum', inputs: ['state'], outputs: ['own'], attributes: { keepdims: 0 } },
      { op: 'Add', inputs: ['sum', 'own'], outputs: ['scalar'] },
      { op: 'Reshape', inputs: ['scalar', 'shape'], outputs: ['total'] },
      { op: 'Mul', inputs: ['state', 'half'], outputs: ['next'] },
    ],
    inputs: [tensor('x', 'FLOAT', sequence), tensor('state', 'FLOAT', [2, 'batch', 2])],
    outputs: [tensor('total', 'FLOAT', ['batch', 1]), tensor('next', 'FLOAT', [2, 'batch', 2])],
    weights: [floats('half', [1], [0.5]), { name: 'shape', dataType: 7, dims: [2], int64Data: [1, 1] }],
  });

test.each([
  ['first', ['batch', 'time', 1]],
  ['second', ['time', 'batch', 1]],
] as const)(
  'onnx: a model with a state, whose sequences count requests in the %s dimension, is asked one by one',
  async (_, shape) => {
    const signature: Signature = {
      input: { kind: 'record', fields: { x: 'list', state: 'list' } },
      output: { kind: 'regression' },
    };
    const inputs = [
      {
        x: [[1], [2], [3]],
        state: [
          [1, 1],
          [1, 1],
        ],
      },
      { x: [1], state: [0, 0, 0, 5] },
      { x: [[1], [1]], state: [1, 2, 3] },
    ];
    expect(await answers(onnxSpec(withState(shape), signature), inputs)).toEqual([
      10,
      6,
      'model-error: state has 3 values, not 4',
    ]);
  },
);
