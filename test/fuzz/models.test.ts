import { expect, test } from 'vitest';
import type { FolderRuntime } from '../../src/domain/registry.ts';
import { loadModel } from '../../src/models/load-model.ts';
import {
  colours,
  colourSignature,
  diagonal,
  graphModel,
  layersModel,
  temporaryFolder,
  writeFiles,
} from '../models/fixtures/tiny-model.ts';
import { linearClassifier, onnxSpec, twoOutputs } from '../models/fixtures/tiny-onnx.ts';
import { budget, damaged } from './damage.ts';

/** Each damaged copy is a process's worth of work less than a log's, and more than a text's. */
const inputs = budget.logs * 5;

/** Loads damaged copies of one file of a model and asks them. @returns what was neither a model's answer, its error or a refusal */
async function crashes(files: Readonly<Record<string, string | Uint8Array>>, name: string, runtime: FolderRuntime) {
  const found: string[] = [];
  for (let seed = budget.seed; seed < budget.seed + inputs; seed += 1) {
    const changed = damaged(Buffer.from(files[name] ?? ''), seed);
    const folder = writeFiles(temporaryFolder(), { ...files, [name]: changed });
    const spec = { version: '1.0.0', runtime, folder, signature: colourSignature } as const;
    // What a library throws while it loads is the version's process's to tell: exit 5.
    const model = await loadModel(spec).catch((error: unknown) => {
      if (error instanceof Error) return undefined;
      throw error;
    });
    const outcomes = await model?.predict([[1, 0, 0]]).catch((error: unknown) => String(error));
    if (outcomes !== undefined && outcomes.length !== 1) found.push(`seed ${seed}: ${JSON.stringify(outcomes)}`);
  }
  return found;
}

test.each([
  ['layers', layersModel(diagonal(), 3, 3)],
  ['a graph', graphModel(diagonal(), 3, 3)],
])('a damaged model.json of %s is refused or is a model', { timeout: 120_000 }, async (_kind, files) => {
  expect(await crashes(files, 'model.json', 'tfjs')).toEqual([]);
});

test('damaged weights of TensorFlow.js are refused or are weights', { timeout: 120_000 }, async () => {
  expect(await crashes(layersModel(diagonal(), 3, 3), 'weights.bin', 'tfjs')).toEqual([]);
});

test.each([
  ['with two outputs', twoOutputs],
  ['that ends in maps', linearClassifier([...colours], { zipMap: true })],
])('a damaged ONNX file %s is refused or is a model', { timeout: 120_000 }, async (_kind, model) => {
  expect(onnxSpec(model, colourSignature).runtime).toBe('onnx');
  expect(await crashes({ 'model.onnx': model }, 'model.onnx', 'onnx')).toEqual([]);
});
