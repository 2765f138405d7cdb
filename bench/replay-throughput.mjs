import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { writeInputs } from './data/fixture-models.mjs';
import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const REQUESTS = 100_000;
const replayRequests = fileURLToPath(new URL('programs/replay-requests.mjs', import.meta.url));
const callBare = fileURLToPath(new URL('programs/call-bare.mjs', import.meta.url));

/**
 * Requests per second through replay, into the outcome store, against the same models called bare: one version alone,
 * and two versions at once against two bare processes at once. Both sides start their processes and load the models.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function replayThroughput({ pairs }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-replay-'));
  try {
    const inputs = path.join(folder, 'inputs.jsonl');
    await writeInputs(inputs, REQUESTS);
    return [
      await compareReplay('replay of one version', ['1.4.2'], [{ ratioAtLeast: 0.7 }], { folder, inputs, pairs }),
      await compareReplay('replay of two versions at once', ['1.4.2', '1.5.0'], [], { folder, inputs, pairs }),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {readonly string[]} versions
 * @param {readonly import('./measure/compare.mjs').Target[]} targets
 * @param {{ folder: string, inputs: string, pairs: number }} work
 */
function compareReplay(name, versions, targets, { folder, inputs, pairs }) {
  const requests = REQUESTS * versions.length;
  /** @type {Set<string>} */
  const backends = new Set();
  const check = (/** @type {{ answered: number, backend: string }[]} */ results) => {
    const answered = results.reduce((sum, result) => sum + result.answered, 0);
    if (answered !== requests) throw new Error(`${name}: ${answered} of ${requests} requests were answered`);
    for (const { backend } of results) backends.add(backend);
    if (backends.size > 1) throw new Error(`${name}: the two sides ran on ${[...backends].join(' and ')}`);
  };
  const sides = {
    canary: async () => {
      const store = await mkdtemp(path.join(folder, 'store-'));
      const { outputs, ...usage } = await runMeasured([[replayRequests, inputs, store, ...versions]]);
      await rm(store, { recursive: true });
      const results = outputs.map((output) => JSON.parse(output));
      check(results);
      return { ...usage, value: requests / results[0].seconds };
    },
    reference: async () => {
      const { seconds, outputs, ...usage } = await runMeasured(versions.map((version) => [callBare, inputs, version]));
      check(outputs.map((output) => JSON.parse(output)));
      return { ...usage, value: requests / seconds };
    },
  };
  const reference = versions.length === 1 ? 'the model called bare' : 'two bare processes at once';
  return compare({ name, unit: 'requests/s', reference, targets }, pairs, sides);
}
