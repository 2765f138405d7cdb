import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ModelSpec } from '../../src/domain/outcome.ts';
import type { FolderRuntime } from '../../src/domain/registry.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { colourSignature, diagonal, layersModel, temporaryFolder, writeFiles } from './fixtures/tiny-model.ts';
import { identityOnnx } from './fixtures/tiny-onnx.ts';

/** The files of a small model that works. */
const filesOf: Readonly<Record<FolderRuntime, Readonly<Record<string, string | Uint8Array>>>> = {
  tfjs: layersModel(diagonal(), 3, 3),
  onnx: { 'model.onnx': identityOnnx('N') },
};

/** A model of three colours that works, with code of its own. */
function model(runtime: FolderRuntime): { readonly folder: string; readonly spec: ModelSpec } {
  const folder = writeFiles(temporaryFolder(), {
    ...filesOf[runtime],
    'preprocess.mjs': 'export const encode = (input) => input;',
  });
  return { folder, spec: { version: '1.0.0', runtime, folder, signature: colourSignature } };
}

const gibibyte = 2 ** 30;
const places: readonly (readonly [runtime: FolderRuntime, file: string, bytes: number, told: string])[] = [
  ['tfjs', 'model.json', gibibyte, 'it has more than 256 MiB'],
  ['tfjs', 'weights.bin', 5 * gibibyte, 'it has more than 4096 MiB'],
  ['tfjs', 'preprocess.mjs', gibibyte, 'it has more than 64 MiB'],
  ['onnx', 'model.onnx', 3 * gibibyte, 'it has more than 2048 MiB'],
  ['onnx', 'preprocess.mjs', gibibyte, 'it has more than 64 MiB'],
];

describe.each(places)('%s: %s', (runtime, file, bytes, told) => {
  test('that is too large is refused in one sentence', async () => {
    const { folder, spec } = model(runtime);
    // Sparse, so that it costs no disk.
    truncateSync(join(folder, file), bytes);
    await expect(loadModel(spec)).rejects.toMatchObject({ exitCode: 5, message: expect.stringContaining(told) });
  });

  test.skipIf(process.platform === 'win32').each([
    ['a pipe', (path: string) => spawnSync('mkfifo', [path])],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ])('that is %s is not read', async (kind, make) => {
    const { folder, spec } = model(runtime);
    rmSync(join(folder, file));
    make(join(folder, file));
    await expect(loadModel(spec)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining(`it is ${kind}, not a regular file`),
    });
  });
});

test('weights that are named again and again are read once', async () => {
  const { folder, spec } = model('tfjs');
  const described: { weightsManifest: { paths: string[] }[] } = JSON.parse(
    readFileSync(join(folder, 'model.json'), 'utf8'),
  );
  const [group] = described.weightsManifest;
  if (group !== undefined) group.paths = Array.from({ length: 1000 }, () => 'weights.bin');
  writeFiles(folder, { 'model.json': JSON.stringify(described) });
  await expect(loadModel(spec)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('names the weights weights.bin twice'),
  });
});
