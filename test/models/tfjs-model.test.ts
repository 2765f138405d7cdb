import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { ModelSpec, Outcome } from '../../src/domain/outcome.ts';
import type { Signature } from '../../src/domain/registry.ts';
import { loadModel } from '../../src/models/load-model.ts';
import {
  colourSignature,
  colourSpec,
  diagonal,
  graphModel,
  layersModel,
  temporaryFolder,
  writeFiles,
} from './fixtures/tiny-model.ts';

const regression: Signature = { input: { kind: 'tensor', shape: [2] }, output: { kind: 'regression' } };

function specOf(files: Record<string, string | Uint8Array>, signature: Signature): ModelSpec {
  return { version: '1.0.0', runtime: 'tfjs', folder: writeFiles(temporaryFolder(), files), signature };
}

function labelsOf(outcomes: Outcome[]): unknown[] {
  return outcomes.map((outcome) =>
    outcome.ok && outcome.prediction.kind === 'label' ? outcome.prediction.label : outcome,
  );
}

test.each([
  ['LayersModel', layersModel],
  ['GraphModel', graphModel],
])('a %s from disk classifies a batch', async (_, write) => {
  const model = await loadModel(specOf(write(diagonal(), 3, 3), colourSignature));
  expect(model.backend).toMatch(/^(?:wasm|tensorflow)$/u);
  expect(
    labelsOf(
      await model.predict([
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
      ]),
    ),
  ).toEqual(['red', 'blue', 'green']);
});

test('without preprocess.mjs nested arrays are flattened', async () => {
  const model = await loadModel(specOf(layersModel([2, 3], 2, 1), regression));
  expect(await model.predict([[[1], [10]]])).toEqual([{ ok: true, prediction: { kind: 'number', value: 32 } }]);
});

test.each([[[1, null]], [[1]], [[1, 2, 3]], ['red'], [null], [{ a: 1 }], [['1', '2']]])(
  'the input %j is an error of its own request',
  async (input) => {
    const model = await loadModel(specOf(layersModel([2, 3], 2, 1), regression));
    const answer = { ok: true, prediction: { kind: 'number', value: 5 } };
    expect(await model.predict([[1, 1], input, [1, 1]])).toMatchObject([
      answer,
      { ok: false, error: 'model-error' },
      answer,
    ]);
  },
);

test('an overflow in the output is a bad response of its own request', async () => {
  const model = await loadModel(specOf(layersModel([1e38, 1e38], 2, 1), regression));
  expect(
    await model.predict([
      [1e30, 1],
      [0, 0],
    ]),
  ).toMatchObject([{ ok: false, error: 'bad-response' }, { ok: true }]);
});

test('encode and decode may be asynchronous', async () => {
  const preprocess = `export async function encode(input) { return Float32Array.from(input); }
    export async function decode(output) { return output[0] > 0 ? 'red' : 'blue'; }`;
  const model = await loadModel(colourSpec(preprocess));
  expect(
    labelsOf(
      await model.predict([
        [1, 0, 0],
        [-1, 0, 0],
      ]),
    ),
  ).toEqual(['red', 'blue']);
});

test('an output that does not fit the labels is told before the first request', async () => {
  const spec = specOf(layersModel([1, 0, 0, 1], 2, 2), { output: colourSignature.output });
  await expect(loadModel(spec)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(/No output of the model is a label or 3 scores\.[^]*dense float32 \[\?, 2\]/u),
  });
});

test('predicting leaves no tensor behind, whether inputs are good or bad', async () => {
  const model = await loadModel(
    colourSpec("export const encode = (input) => { if (!input) throw new Error('no'); return input; };"),
  );
  const before = tf.memory().numTensors;
  for (let round = 0; round < 50; round += 1)
    await model.predict([[1, 2, 3], null, [1, 2], [Number.NaN, 1, 2], [3, 2, 1]]);
  expect(tf.memory().numTensors).toBe(before);
});

const unloadable: [what: string, files: Record<string, string | Uint8Array>, message: RegExp][] = [
  ['no model.json', { 'preprocess.mjs': '' }, /model\.json cannot be read/u],
  ['a model.json that is not JSON', { 'model.json': '{' }, /model\.json cannot be read as JSON/u],
  ['a model.json of something else', { 'model.json': '{"a":1}' }, /not a TensorFlow\.js model/u],
  ['missing weights', { 'model.json': layersModel(diagonal(), 3, 3)['model.json'] ?? '' }, /weights\.bin/u],
  ['short weights', { ...layersModel([1], 3, 3) }, /./u],
  [
    'another input shape',
    layersModel([1, 1], 2, 1),
    /does not have the shape that the registry describes[^]*tensor \[3\][^]*float32 \[\?, 2\]/u,
  ],
  [
    'a preprocess.mjs with a syntax error',
    { ...layersModel(diagonal(), 3, 3), 'preprocess.mjs': 'export (' },
    /cannot be imported/u,
  ],
  [
    'a preprocess.mjs without encode',
    { ...layersModel(diagonal(), 3, 3), 'preprocess.mjs': 'export const x = 1' },
    /does not export a function encode/u,
  ],
];

test.each(unloadable)('an artifact with %s cannot be loaded', async (_, files, message) => {
  await expect(loadModel(specOf(files, colourSignature))).rejects.toThrow(message);
});

test('weights outside of the artifact are refused', async () => {
  const files = layersModel(diagonal(), 3, 3);
  const description = String(files['model.json']).replace('weights.bin', '../weights.bin');
  await expect(loadModel(specOf({ ...files, 'model.json': description }, colourSignature))).rejects.toMatchObject({
    exitCode: 5,
  });
});
