import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import onnxProto from 'onnx-proto';

import { hashOfFolder } from '../../fixtures/generator/artifact.mjs';

const { onnx } = onnxProto;
const SLOTS = 64;
const WIDTH = 1024;
const LABELS = ['a', 'b'];

/** A text as numbers: how often each of its characters is there. */
const preprocess = `export function encode(text) {
  const counts = new Float32Array(${SLOTS});
  for (let at = 0; at < text.length; at++) counts[text.charCodeAt(at) % ${SLOTS}] += 1;
  return counts;
}
`;

/**
 * Writes two versions of a classifier of dense layers, in ONNX, whose weights a seed decides, a log of texts, and a plan that replays it.
 *
 * @param {string} folder
 * @param {{ requests: number, layers: number }} size
 * @returns {Promise<string>} the plan
 */
export async function writeDeepRollout(folder, { requests, layers }) {
  const signature = { input: { kind: 'text' }, output: { kind: 'classification', labels: LABELS } };
  const versions = await Promise.all(
    ['1.0.0', '1.1.0'].map(async (version, seed) => {
      const place = path.join('models', version);
      const artifact = path.join(folder, 'registry', place);
      await mkdir(artifact, { recursive: true });
      await writeFile(path.join(artifact, 'preprocess.mjs'), preprocess);
      await writeFile(path.join(artifact, 'model.onnx'), deepModel(layers, seed + 1));
      const entry = {
        status: seed === 0 ? 'stable' : 'registered',
        artifact: { runtime: 'onnx', path: place, sha256: await hashOfFolder(artifact) },
        signature,
      };
      return /** @type {const} */ ([version, entry]);
    }),
  );
  const registry = {
    schemaVersion: 1,
    model: 'deep',
    revision: 0,
    aliases: { stable: '1.0.0' },
    traffic: { '1.0.0': 1 },
  };
  const file = { ...registry, versions: Object.fromEntries(versions), rollouts: {}, history: [] };
  await writeFile(path.join(folder, 'registry', 'deep.json'), JSON.stringify(file));
  const records = Array.from({ length: requests }, (_, index) => ({
    request_id: `r${index}`,
    timestamp: 1_790_000_000 + index,
    user_id: `u${index % 2000}`,
    input: `what about order ${index * 7919}?`,
    label: LABELS[index % 2],
  }));
  await writeFile(path.join(folder, 'log.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const plan = path.join(folder, 'plan.yaml');
  await writeFile(
    plan,
    `apiVersion: canary/v1
kind: RolloutPlan
name: deep-1.1.0
model: deep
registry: registry
baseline: stable
candidate: 1.1.0
requests: { source: log.jsonl }
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails: [{ metric: accuracy, maxDecrease: 5pp }]
replay: { timeout: 60s }
`,
  );
  return plan;
}

/**
 * Layers that share their weights, so that the file is small and the work is not.
 *
 * @param {number} layers
 * @param {number} seed
 */
function deepModel(layers, seed) {
  const weights = { first: [SLOTS, WIDTH], each: [WIDTH, WIDTH], last: [WIDTH, LABELS.length] };
  const node = [];
  let values = 'text';
  for (let layer = 0; layer <= layers; layer += 1) {
    node.push({ opType: 'MatMul', input: [values, layer === 0 ? 'first' : 'each'], output: [`sum${layer}`] });
    node.push({ opType: 'Tanh', input: [`sum${layer}`], output: [`layer${layer}`] });
    values = `layer${layer}`;
  }
  node.push({ opType: 'MatMul', input: [values, 'last'], output: ['scores'] });
  node.push({ opType: 'Softmax', input: ['scores'], output: ['label'] });
  const draw = uniform(seed);
  const model = onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'bench/data/deep-model.mjs',
    opsetImport: [{ domain: '', version: 15 }],
    graph: {
      name: 'deep',
      node,
      input: [batchOf('text', SLOTS)],
      output: [batchOf('label', LABELS.length)],
      initializer: Object.entries(weights).map(([name, dims]) => {
        const [rows = 0, columns = 0] = dims;
        const drawn = Float32Array.from({ length: rows * columns }, () => (draw() - 0.5) * 4 * rows ** -0.5);
        const rawData = new Uint8Array(drawn.buffer);
        return { name, dims, dataType: onnx.TensorProto.DataType.FLOAT, rawData };
      }),
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

/**
 * @param {string} name
 * @param {number} width
 */
function batchOf(name, width) {
  const shape = { dim: [{ dimParam: 'batch' }, { dimValue: width }] };
  return { name, type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT, shape } } };
}

/** Numbers from 0 to 1, by xorshift. @param {number} seed */
function uniform(seed) {
  let state = seed * 2_654_435_761;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
