import { fileURLToPath } from 'node:url';

import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const canary = fileURLToPath(new URL('../bin/canary.js', import.meta.url));
const nothing = fileURLToPath(new URL('programs/nothing.mjs', import.meta.url));

/**
 * The answer to `canary --help`, from start to end, against Node running an empty program: what the command line loads
 * although nobody has asked it for any work yet.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function startup({ pairs }) {
  const description = {
    name: 'canary --help',
    unit: 's',
    reference: 'node with an empty program',
    targets: [{ ratioAtMost: 3 }],
  };
  const sides = { canary: () => measure([canary, '--help']), reference: () => measure([nothing]) };
  return [await compare(description, pairs, sides)];
}

/** @param {readonly string[]} program */
async function measure(program) {
  const { seconds, peakBytes, processorSeconds } = await runMeasured([program]);
  return { value: seconds, peakBytes, processorSeconds };
}
