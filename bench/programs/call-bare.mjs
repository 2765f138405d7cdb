/**
 * Calls a version of the fixtures' model as a careful person would without canary: the same backend and batches of 64,
 * the answers kept in memory.
 *
 *   node call-bare.mjs INPUTS VERSION
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import * as tf from '@tensorflow/tfjs-core';

import { readLayersModel } from '../../fixtures/generator/artifact.mjs';
import { fixtureModel } from '../data/fixture-models.mjs';

const BATCH = 64;
const [inputsFile = '', version = ''] = process.argv.slice(2);

tf.enableProdMode();
const backend = await startBackend();
const { folder, signature } = await fixtureModel(version);
const { labels } = signature.output;
const { encode } = await import(path.join(folder, 'preprocess.mjs'));
const model = await readLayersModel(folder);

const texts = (await readFile(inputsFile, 'utf8')).trimEnd().split('\n');
/** @type {{ label: string | undefined, score: number }[]} */
const predictions = [];
for (let first = 0; first < texts.length; first += BATCH) {
  const encoded = texts.slice(first, first + BATCH).map((text) => encode(JSON.parse(text)));
  const width = encoded[0].length;
  const batch = new Float32Array(encoded.length * width);
  for (const [row, numbers] of encoded.entries()) batch.set(numbers, row * width);
  predictions.push(...decode(predict(batch, encoded.length, width)));
}
console.log(JSON.stringify({ answered: predictions.filter(({ score }) => score > 0).length, backend }));

/**
 * @param {Float32Array} batch
 * @param {number} rows
 * @param {number} width
 */
function predict(batch, rows, width) {
  const output = tf.tidy(() => model.predictOnBatch(tf.tensor2d(batch, [rows, width])));
  if (Array.isArray(output)) throw new Error('the model has more than one output');
  // Read outside of tidy, which looks for tensors in whatever is returned to it, number by number.
  const values = output.dataSync();
  output.dispose();
  return values;
}

/** @param {ArrayLike<number>} probabilities of a batch, row after row */
function decode(probabilities) {
  return Array.from({ length: probabilities.length / labels.length }, (_, row) => {
    let best = 0;
    for (let index = 1; index < labels.length; index += 1) {
      if ((probabilities[row * labels.length + index] ?? 0) > (probabilities[row * labels.length + best] ?? 0))
        best = index;
    }
    return { label: labels[best], score: probabilities[row * labels.length + best] ?? 0 };
  });
}

/** The native library where it is installed, else WebAssembly: what canary takes. */
async function startBackend() {
  const require = createRequire(import.meta.url);
  try {
    const native = '@tensorflow/tfjs-node';
    await import(native);
    if (await tf.setBackend('tensorflow')) return 'tensorflow';
  } catch {
    // Not installed, or without its binary; canary then takes the other one too, and the benchmark compares which.
  }
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + path.sep);
  await tf.setBackend('wasm');
  return 'wasm';
}
