import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const canary = join(root, 'bin/canary.js');

/**
 * 200 simulated rollouts of 20 looks each over the shipped log, the whole command, against one evaluation of the same plan.
 * Both find the outcomes of the models in the store.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function simulate({ pairs }) {
  const folder = mkdtempSync(join(tmpdir(), 'canary-bench-'));
  for (const part of ['fixtures', 'rollouts']) {
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: (path) => !path.includes('.canary') });
  }
  const plan = join(folder, 'rollouts/intent-1.5.0.yaml');
  const description = {
    name: '200 simulated rollouts over 10,000 requests',
    unit: 's',
    reference: 'one evaluation of the same plan',
    targets: [{ valueAtMost: 20 }],
  };
  const measure = async (/** @type {string[]} */ args) => {
    const { seconds, peakBytes, processorSeconds } = await runMeasured([[canary, ...args, plan]]);
    return { value: seconds, peakBytes, processorSeconds };
  };
  try {
    await measure(['evaluate']);
    const sides = {
      canary: () => measure(['simulate', '--runs', '200']),
      reference: () => measure(['evaluate']),
    };
    return [await compare(description, pairs, sides)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
