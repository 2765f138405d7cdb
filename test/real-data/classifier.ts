import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TensorFlow } from '../../src/models/tfjs/tfjs-backend.ts';
import { encode, slots } from './preprocess.mjs';
import type { Question } from './source-data.ts';

const epochs = 10;
const batchSize = 128;
const learningRate = 0.02;
const seed = 77;

/** A trained intent classifier. */
export interface Classifier {
  /** The likeliest intent of each text. */
  classify(texts: readonly string[]): string[];
  /** Writes the model in the TensorFlow.js layers format, with the code that encodes its input. */
  save(folder: string): Promise<void>;
}

/**
 * Trains softmax regression on hashed words, taking the questions in their order.
 *
 * @param intents every intent, in the order of the model's outputs, which are logits
 */
export async function trainClassifier(
  core: TensorFlow['core'],
  questions: readonly Question[],
  intents: readonly string[],
): Promise<Classifier> {
  const { initializers, layers, sequential } = await import('@tensorflow/tfjs-layers');
  const kernelInitializer = initializers.glorotUniform({ seed });
  const model = sequential({
    name: 'banking_intents',
    layers: [layers.dense({ name: 'intent', units: intents.length, inputShape: [slots], kernelInitializer })],
  });
  const loss = (targets: Tensor, logits: Tensor): Tensor => core.losses.softmaxCrossEntropy(targets, logits);
  model.compile({ optimizer: core.train.adam(learningRate), loss });

  const batches = Array.from({ length: Math.ceil(questions.length / batchSize) }, (_, index) =>
    toTensors(core, questions.slice(index * batchSize, (index + 1) * batchSize), intents),
  );
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    for (const { inputs, targets } of batches) await model.trainOnBatch(inputs, targets);
  }
  for (const { inputs, targets } of batches) core.dispose([inputs, targets]);
  return {
    classify: (texts) => classify(core, model, texts, intents),
    save: (folder) => save(core, model, folder),
  };
}

/** Encoded texts and one-hot intents, one row per question. */
function toTensors(
  core: TensorFlow['core'],
  questions: readonly Question[],
  intents: readonly string[],
): { inputs: Tensor; targets: Tensor } {
  const texts = questions.map(({ text }) => text);
  const answers = questions.map(({ intent }) => intents.indexOf(intent));
  return {
    inputs: encodeAll(core, texts),
    targets: core.tidy(() => core.oneHot(core.tensor1d(answers, 'int32'), intents.length)),
  };
}

function classify(
  core: TensorFlow['core'],
  model: LayersModel,
  texts: readonly string[],
  intents: readonly string[],
): string[] {
  const best = core.tidy(() => {
    const logits = model.predictOnBatch(encodeAll(core, texts));
    if (Array.isArray(logits)) throw new TypeError('expected one output');
    return core.argMax(logits, 1).dataSync();
  });
  return Array.from(best, (index) => intents[index] ?? '');
}

/** One row of `slots` numbers per text. */
function encodeAll(core: TensorFlow['core'], texts: readonly string[]): Tensor2D {
  const values = new Float32Array(texts.length * slots);
  for (const [row, text] of texts.entries()) values.set(encode(text), row * slots);
  return core.tensor2d(values, [texts.length, slots]);
}

async function save(core: TensorFlow['core'], model: LayersModel, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(fileURLToPath(new URL('preprocess.mjs', import.meta.url)), join(folder, 'preprocess.mjs'));
  const handler = core.io.withSaveHandler(async (artifacts) => {
    const { modelTopology, weightData, weightSpecs } = artifacts;
    if (weightData === undefined || weightSpecs === undefined) throw new Error('the model has no weights');
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
    await writeFile(
      join(folder, 'model.json'),
      JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
    );
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(core.io.CompositeArrayBuffer.join(weightData)));
    return { modelArtifactsInfo: core.io.getModelArtifactsInfoForJSON(artifacts) };
  });
  await model.save(handler);
}
