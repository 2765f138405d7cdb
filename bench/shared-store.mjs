import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { writeDeepRollout } from './data/deep-model.mjs';
import { compare } from './measure/compare.mjs';
import { runWatched } from './measure/run-watched.mjs';

const canary = fileURLToPath(new URL('../bin/canary.js', import.meta.url));
/** Two windows of each version, so that two workers have as much to do each. */
const REQUESTS = 16_384;
const WORKERS = 2;

/**
 * Each worker has one core of its own, as on machines of one core: on two, one process would use both already, a version on each.
 * What a store costs and what a second worker brings: the whole command on a model of some milliseconds a request, and on one that takes
 * hardly any time, where all that is left is the store.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function sharedStore({ pairs }) {
  return [
    ...(await withRollout(Number(process.env['CANARY_BENCH_LAYERS'] ?? 24), async (replay) => [
      await compare(
        {
          name: `replay of ${2 * REQUESTS} answers by two workers, s`,
          unit: 's',
          reference: 'one process on the same store',
          targets: [{ ratioAtMost: 0.6 }],
        },
        pairs,
        { canary: () => replay(true, WORKERS), reference: () => replay(true, 1) },
      ),
      await compare(storeAgainstFolder('of a model of milliseconds'), pairs, {
        canary: () => replay(true, 1),
        reference: () => replay(false, 1),
      }),
    ])),
    ...(await withRollout(0, async (replay) => [
      await compare(storeAgainstFolder('of a model of no time'), pairs, {
        canary: () => replay(true, 1),
        reference: () => replay(false, 1),
      }),
    ])),
  ];
}

/** @param {string} model */
function storeAgainstFolder(model) {
  /** @type {Pick<import('./measure/compare.mjs').Comparison, 'name' | 'unit' | 'reference' | 'targets'>} */
  const description = {
    name: `replay into a store, ${model}, s`,
    unit: 's',
    reference: 'replay into .canary/outcomes',
    targets: [{ ratioAtMost: 1.1 }],
  };
  return description;
}

/**
 * @param {number} layers of the model
 * @param {(replay: (stored: boolean, workers: number) => Promise<import('./measure/compare.mjs').Measurement>) => Promise<import('./measure/compare.mjs').Comparison[]>} work
 */
async function withRollout(layers, work) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-store-'));
  try {
    const plan = await writeDeepRollout(folder, { requests: REQUESTS, layers });
    return await work(async (stored, workers) => {
      const store = path.join(folder, 'store');
      for (const kept of [store, path.join(folder, '.canary')]) await rm(kept, { recursive: true, force: true });
      const command = [canary, 'replay', plan, ...(stored ? ['--store', store] : [])];
      const shards = Array.from({ length: workers }, (_, index) => ['--shard', `${index + 1}/${workers}`]);
      const own = workers > 1 ? shards : [[]];
      const runs = await Promise.all(
        own.map((shard, core) => runWatched('taskset', ['-c', String(core), process.execPath, ...command, ...shard])),
      );
      const failed = runs.find(({ exitCode }) => exitCode !== 0);
      if (failed !== undefined) throw new Error(failed.stderr);
      const total = (/** @type {'processorSeconds' | 'peakBytes'} */ what) =>
        runs.reduce((sum, run) => sum + run[what], 0);
      const value = Math.max(...runs.map(({ seconds }) => seconds));
      return { value, processorSeconds: total('processorSeconds'), peakBytes: total('peakBytes') };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
