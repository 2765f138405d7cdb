import { expect, test } from 'vitest';
import type { Model } from '../../src/domain/outcome.ts';
import type { Signature } from '../../src/domain/registry.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { colours } from './fixtures/tiny-model.ts';
import { type Classes, linearClassifier, onnxFile, onnxSpec, tensor, twoOutputs } from './fixtures/tiny-onnx.ts';

const probabilities: Signature = {
  input: { kind: 'tensor', shape: [3] },
  output: { kind: 'classification', labels: colours },
};

function load(model: Uint8Array, signature: Signature, preprocess?: string): Promise<Model> {
  return loadModel(onnxSpec(model, signature, preprocess));
}

const classes = ['blue', 'green', 'red'];
const numbers = [0n, 1n, 2n];
test.each([
  ['text labels and a matrix of probabilities', classes, false, classes],
  ['text labels and ZipMap', classes, true, classes],
  ['text labels and ZipMap, in an order of the registry’s own', classes, true, ['red', 'blue', 'green']],
  ['int64 labels and a matrix, named by the registry', numbers, false, classes],
  ['int64 labels and ZipMap, named by the registry', numbers, true, classes],
  ['int64 labels and ZipMap, which the registry names by their numbers', numbers, true, ['2', '0', '1']],
  ['int64 labels that do not start at 0', [10n, 20n, 30n], true, classes],
] satisfies [string, Classes, boolean, string[]][])(
  'a scikit-learn classifier with %s',
  async (_, own, zipMap, labels) => {
    const signature: Signature = { input: { kind: 'tensor', shape: [3] }, output: { kind: 'classification', labels } };
    const model = await load(linearClassifier(own, { zipMap }), signature);
    const second = labels.find((label) => label === 'green' || label === '1') ?? '';
    const [answer] = await model.predict([[0, 2, 0]]);
    const score = Math.exp(2) / (Math.exp(2) + 2);
    expect(answer).toMatchObject({ ok: true, prediction: { kind: 'label', label: second } });
    const scores = answer?.ok === true && answer.prediction.kind === 'label' ? answer.prediction : undefined;
    expect(scores?.score).toBeCloseTo(score, 5);
    expect(scores?.scores?.[labels.indexOf(second)]).toBeCloseTo(score, 5);
  },
);

test('a classifier that gives its label alone has no scores', async () => {
  const label = onnxFile({
    nodes: [{ op: 'ArgMax', inputs: ['x'], outputs: ['best'], attributes: { axis: 1, keepdims: 0 } }],
    inputs: [tensor('x', 'FLOAT', ['N', 3])],
    outputs: [tensor('best', 'INT64', ['N'])],
  });
  const model = await load(label, probabilities);
  expect(await model.predict([[0, 0, 1]])).toEqual([{ ok: true, prediction: { kind: 'label', label: 'blue' } }]);
});

test('a label that the registry does not list is a bad-label', async () => {
  const signature: Signature = {
    input: { kind: 'tensor', shape: [3] },
    output: { kind: 'classification', labels: colours },
  };
  const model = await load(linearClassifier(['red', 'green', 'violet'], { zipMap: false }), signature);
  expect(await model.predict([[0, 0, 9]])).toMatchObject([{ ok: false, error: 'bad-label' }]);
});

test('decode gets all outputs by name, request by request', async () => {
  const code = `export const encode = (input) => input;
    export const decode = ({ first, second }) => ({ label: second[2] > 1 ? 'blue' : 'red', score: first[0] });`;
  const model = await load(twoOutputs, probabilities, code);
  expect(
    await model.predict([
      [0.5, 0, 0],
      [0.25, 0, 1],
    ]),
  ).toEqual([
    { ok: true, prediction: { kind: 'label', label: 'red', score: 0.5 } },
    { ok: true, prediction: { kind: 'label', label: 'blue', score: 0.25 } },
  ]);
});
