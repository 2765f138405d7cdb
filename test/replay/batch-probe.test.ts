import { expect, test } from 'vitest';
import type { FolderModelSpec } from '../../src/domain/outcome.ts';
import { probedRows } from '../../src/replay/batch-probe.ts';
import { replayVersions } from '../../src/replay/replay-version.ts';
import { graphWithNodes, temporaryFolder, writeFiles } from '../models/fixtures/tiny-model.ts';
import { floats, onnxFile, onnxSpec, tensor } from '../models/fixtures/tiny-onnx.ts';
import { contents, interruptHalfWay, never, openRequests, replayOf, requestCount } from './fixtures/replays.ts';

const colours = { kind: 'classification', labels: ['red', 'green', 'blue'], activation: 'logits' } as const;
const signature = { input: { kind: 'tensor', shape: [3] }, output: colours } as const;

/** Three numbers less their mean over the whole batch; nothing in the file says that it mixes requests. */
const centredOnnx = onnxFile({
  nodes: [
    { op: 'ReduceMean', inputs: ['x'], outputs: ['mean'], attributes: { axes: [0n], keepdims: 1 } },
    { op: 'Sub', inputs: ['x', 'mean'], outputs: ['centred'] },
    { op: 'Add', inputs: ['centred', 'bias'], outputs: ['y'] },
  ],
  inputs: [tensor('x', 'FLOAT', ['N', 3])],
  outputs: [tensor('y', 'FLOAT', ['N', 3])],
  weights: [floats('bias', [3], [0.2, 0.1, 0])],
});

/** The same sum, which also rounds by the largest number in the batch, and says so by its operator. */
const quantisedOnnx = onnxFile({
  nodes: [
    { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['rounded', 'scale', 'zero'] },
    { op: 'DequantizeLinear', inputs: ['rounded', 'scale', 'zero'], outputs: ['y'] },
  ],
  inputs: [tensor('x', 'FLOAT', ['N', 3])],
  outputs: [tensor('y', 'FLOAT', ['N', 3])],
});

function centredGraph(): FolderModelSpec {
  const files = graphWithNodes([
    { name: 'x', op: 'Placeholder', type: 'DT_FLOAT', shape: [-1, 3] },
    { name: 'axis', op: 'Const', type: 'DT_INT32', value: [0] },
    { name: 'mean', op: 'Mean', type: 'DT_FLOAT', input: ['x', 'axis'], attr: { keep_dims: { b: true } } },
    { name: 'y', op: 'Sub', type: 'DT_FLOAT', input: ['x', 'mean'] },
  ]);
  return { version: '1.0.0', runtime: 'tfjs', folder: writeFiles(temporaryFolder(), files), signature };
}

test.each([
  ['an ONNX graph', () => onnxSpec(centredOnnx, signature)],
  ['a TensorFlow.js graph', centredGraph],
])('%s that mixes the requests of a batch is asked one by one', async (_, specOf) => {
  const db = await openRequests(300);
  const spec = specOf();
  const replay = await replayOf(db, spec, { folder: temporaryFolder() });
  const [found] = await replayVersions([replay], never);
  expect(found?.oneByOne).toMatch(/^\d+ of 64 requests had a different answer alone than in a batch$/u);
  const alone = { ...replay, host: { ...replay.host, batch: 1 }, store: { folder: temporaryFolder(), fresh: false } };
  const [expected] = await replayVersions([alone], never);
  expect(expected?.oneByOne).toBeNull();
  expect(await contents(db, found)).toEqual(await contents(db, expected));
});

test('what was found out is stored: another replay starts no model, and batches keep a place of their own', async () => {
  const db = await openRequests(300);
  const folder = temporaryFolder();
  const replay = await replayOf(db, onnxSpec(centredOnnx, signature), { folder });
  const [first] = await replayVersions([replay], never);
  const [second] = await replayVersions([{ ...replay, host: { ...replay.host, hostScript: '/missing' } }], never);
  expect(second).toEqual({ ...first, replayed: 0 });
  expect(first?.replayed).toBe(600);
});

test('an interrupted replay that has to be asked one by one ends with the same outcomes', async () => {
  const db = await openRequests();
  const spec = onnxSpec(centredOnnx, signature);
  const [whole] = await replayVersions([await replayOf(db, spec, { folder: temporaryFolder() })], never);
  const folder = temporaryFolder();
  await interruptHalfWay(db, spec, folder);
  const [resumed] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(resumed?.oneByOne).toBe(whole?.oneByOne);
  expect(await contents(db, resumed)).toEqual(await contents(db, whole));
});

test('a graph that rounds by the largest number in the batch is asked one by one from the start', async () => {
  const db = await openRequests();
  const [found] = await replayVersions(
    [await replayOf(db, onnxSpec(quantisedOnnx, signature), { folder: temporaryFolder() })],
    never,
  );
  expect(found).toMatchObject({
    replayed: requestCount,
    oneByOne: 'its graph has DynamicQuantizeLinear, which rounds by the largest number in the batch',
  });
});

test.each([
  [1, 1],
  [40, 40],
  [64, 64],
  [600, 64],
  [64 * 100, 100],
  [64 * 100 + 1, 101],
  [64 * 5000, 256],
])(
  'of %i requests in batches of 64, %i are asked alone too, each of another batch where there are enough',
  (rows, count) => {
    const places = probedRows(rows, 64);
    expect(places).toHaveLength(count);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(new Set(places).size).toBe(count);
    expect(places.every((place) => place >= 0 && place < rows)).toBe(true);
    if (rows >= 64 * 64) expect(new Set(places.map((place) => Math.floor(place / 64))).size).toBe(count);
  },
);
