import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { writeRecordedRollout } from './data/recorded-rollout.mjs';
import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const canary = path.join(root, 'bin/canary.js');
const nothing = fileURLToPath(new URL('programs/nothing.mjs', import.meta.url));
/** Increase, hold and rollback: what was found is not what is measured here. */
const verdicts = [0, 3, 4];
/** Of a log that is small for a gate. */
const REQUESTS = 50_000;
/** Of a company with many models. */
const PLANS = 500;

/**
 * The processor time of whole commands, from start to end, against Node running an empty program: commands that have next
 * to no work of their own, and a small evaluation. Each has run once before, as on a machine where canary is in use.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function startup({ pairs }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-startup-'));
  try {
    for (const part of ['rollouts', 'fixtures']) {
      await cp(path.join(root, part), path.join(folder, part), { recursive: true });
    }
    const shipped = path.join(folder, 'rollouts', 'intent-1.5.0.yaml');
    const { plan } = await writeRecordedRollout(folder, REQUESTS);
    return [
      await compareCommand(pairs, '--help', ['--help'], { ratioAtMost: 1.8 }),
      await compareCommand(pairs, 'status', ['status', shipped], { ratioAtMost: 2.5 }),
      await compareCommand(pairs, 'rollback', ['rollback', shipped], { ratioAtMost: 2.5 }),
      await compareCommand(pairs, `status of ${PLANS} plans`, ['status', await writeFleet(folder, plan)], {
        valueAtMost: 1,
      }),
      // The first look at a log, not one that finds what an earlier look left.
      await compareCommand(
        pairs,
        `evaluate of ${REQUESTS.toLocaleString('en-US')} recorded requests`,
        ['evaluate', plan, '--quiet'],
        { valueAtMost: 0.6 },
        path.join(folder, '.canary'),
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Writes the plan of a recorded rollout over and over, each with a model of its own.
 *
 * @param {string} folder
 * @param {string} plan
 * @returns {Promise<string>} the folder of the plans
 */
async function writeFleet(folder, plan) {
  const [plans, registries] = [path.join(folder, 'fleet'), path.join(folder, 'fleet', 'registry')];
  await mkdir(registries, { recursive: true });
  const text = await readFile(plan, 'utf8');
  const registry = JSON.parse(await readFile(path.join(folder, 'registry', 'intent-classifier.json'), 'utf8'));
  for (let index = 0; index < PLANS; index += 1) {
    const model = `model-${index}`;
    const own = text.replace(/^name: .*$/mu, `name: rollout-${index}`).replace(/^model: .*$/mu, `model: ${model}`);
    await writeFile(path.join(plans, `${model}.yaml`), own);
    await writeFile(path.join(registries, `${model}.json`), JSON.stringify({ ...registry, model }, null, 2));
  }
  return plans;
}

/**
 * @param {number} pairs
 * @param {string} what
 * @param {readonly string[]} command
 * @param {import('./measure/compare.mjs').Target} target
 * @param {string} [store] a folder that is removed before each run
 */
async function compareCommand(pairs, what, command, target, store) {
  const run = async () => {
    if (store !== undefined) await rm(store, { recursive: true, force: true });
    return measure([canary, ...command]);
  };
  await run();
  const description = {
    name: `canary ${what}`,
    unit: 's of processor time',
    reference: 'node with an empty program',
    targets: [target],
  };
  return compare(description, pairs, { canary: run, reference: () => measure([nothing]) });
}

/** @param {readonly string[]} program */
async function measure(program) {
  const { peakBytes, processorSeconds } = await runMeasured([program], verdicts);
  return { value: processorSeconds, peakBytes, processorSeconds };
}
