import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onnx } from 'onnx-proto';
import { expect, onTestFinished, test } from 'vitest';
import type { FolderModelSpec } from '../../src/domain/outcome.ts';
import { artifactSha256 } from '../../src/models/artifact.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { onnxFile, onnxSpec, tensor } from './fixtures/tiny-onnx.ts';
import { temporaryFolder } from './fixtures/tiny-model.ts';

const factor = new Uint8Array(Float32Array.of(3).buffer);

/** A model that multiplies by a number that lies in another file. */
function modelWith(location: string): FolderModelSpec {
  const weights = {
    name: 'factor',
    dataType: onnx.TensorProto.DataType.FLOAT,
    dims: [1],
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: Object.entries({ location, offset: '0', length: '4' }).map(([key, value]) => ({ key, value })),
  };
  const model = onnxFile({
    nodes: [{ op: 'Mul', inputs: ['x', 'factor'], outputs: ['y'] }],
    inputs: [tensor('x', 'FLOAT', ['N', 1])],
    outputs: [tensor('y', 'FLOAT', ['N', 1])],
    weights: [weights],
  });
  return onnxSpec(model, { output: { kind: 'regression' } });
}

async function answerOf(spec: FolderModelSpec): Promise<unknown> {
  const model = await loadModel(spec);
  return await model.predict([[2]]);
}

test('weights in a file of the artifact are read', async () => {
  const spec = modelWith('weights.bin');
  writeFileSync(join(spec.folder, 'weights.bin'), factor);
  expect(await answerOf(spec)).toMatchObject([{ ok: true, prediction: { value: 6 } }]);
});

test('weights in a file beside the artifact are refused, and by a whole path too', async () => {
  const elsewhere = join(temporaryFolder(), 'weights.bin');
  writeFileSync(elsewhere, factor);
  const beside = modelWith('../weights.bin');
  writeFileSync(join(beside.folder, '../weights.bin'), factor);
  onTestFinished(() => rmSync(join(beside.folder, '../weights.bin')));
  for (const spec of [beside, modelWith(elsewhere)]) {
    await expect(answerOf(spec)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('cannot be opened as an ONNX model'),
    });
  }
});

test('weights that are a further name of a file elsewhere count with what they hold', async () => {
  const spec = modelWith('weights.bin');
  const elsewhere = join(temporaryFolder(), 'elsewhere.bin');
  writeFileSync(elsewhere, factor);
  linkSync(elsewhere, join(spec.folder, 'weights.bin'));
  const before = await artifactSha256(spec.folder);
  writeFileSync(elsewhere, new Uint8Array(Float32Array.of(4).buffer));
  expect(await artifactSha256(spec.folder)).not.toBe(before);
});
