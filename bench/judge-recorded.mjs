import { appendFile, mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { writeRecordedLog } from './data/recorded-log.mjs';
import { BASELINE, CANDIDATE, writeRecordedRollout } from './data/recorded-rollout.mjs';
import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const canary = fileURLToPath(new URL('../bin/canary.js', import.meta.url));
const readAndGroup = fileURLToPath(new URL('programs/read-and-group.mjs', import.meta.url));
/** Increase, hold and rollback: what was found is not what is measured here. */
const verdicts = [0, 3, 4];
const MOST_BYTES = 1e9;

/**
 * Judging a log of recorded outcomes, the whole command from start to end, against DuckDB reading and grouping the same
 * file, also from start to end.
 *
 * @param {{ pairs: number, large: boolean }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function judgeRecorded({ pairs, large }) {
  const comparisons = await withRollout(500_000, async (rollout) => [
    await compareJudging(rollout, 'judged', pairs, [{ ratioAtMost: 6 }, { peakBytesAtMost: MOST_BYTES }]),
    await compareJudging(rollout, 'grouped', pairs, []),
    await compareSecondLook(rollout, pairs),
  ]);
  if (!large) return comparisons;
  // Minutes of work each time, and the memory that it is about hardly differs from run to run.
  const largest = await withRollout(5_000_000, async (rollout) => [
    await compareJudging(rollout, 'judged', 1, [{ peakBytesAtMost: MOST_BYTES }]),
  ]);
  return [...comparisons, ...largest];
}

/**
 * A rollout in a temporary folder.
 *
 * @typedef {object} Rollout
 * @property {string} folder
 * @property {number} requests
 * @property {string} plan
 * @property {string} log
 */

/**
 * @param {number} requests
 * @param {(rollout: Rollout) => Promise<import('./measure/compare.mjs').Comparison[]>} work
 */
async function withRollout(requests, work) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-judge-'));
  try {
    console.error(`writing a log of ${requests.toLocaleString('en-US')} requests`);
    return await work({ folder, requests, ...(await writeRecordedRollout(folder, requests)) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const references = {
  judged: 'DuckDB reading the same fields and grouping them',
  grouped: 'DuckDB reading only the fields that it groups',
};

/**
 * @param {Rollout} rollout
 * @param {'judged' | 'grouped'} fields that the reference reads
 * @param {number} pairs
 * @param {readonly import('./measure/compare.mjs').Target[]} targets
 */
function compareJudging({ folder, requests, plan, log }, fields, pairs, targets) {
  const name = `judging ${requests.toLocaleString('en-US')} recorded requests`;
  const sides = {
    canary: async () => {
      // The first look at a log, not one that finds what an earlier look left.
      await rm(path.join(folder, '.canary'), { recursive: true, force: true });
      return measurement(await runMeasured([[canary, 'evaluate', plan, '--quiet']], verdicts));
    },
    reference: async () => measurement(await runMeasured([[readAndGroup, fields, log, BASELINE, CANDIDATE]])),
  };
  return compare({ name, unit: 's', reference: references[fields], targets }, pairs, sides);
}

/**
 * A second look, after a hundredth more lines, against the first.
 *
 * @param {Rollout} rollout
 * @param {number} pairs
 */
async function compareSecondLook({ folder, requests, plan, log }, pairs) {
  const { size } = await stat(log);
  const more = path.join(folder, 'more.part');
  await writeRecordedLog(more, {
    requests: requests / 100,
    from: requests,
    seed: 12,
    baseline: BASELINE,
    candidate: CANDIDATE,
  });
  const lines = await readFile(more);
  const look = async () => {
    const run = await runMeasured([[canary, 'evaluate', plan, '--quiet']], verdicts);
    return { ...measurement(run), value: run.processorSeconds };
  };
  const first = async () => {
    await rm(path.join(folder, '.canary'), { recursive: true, force: true });
    await truncate(log, size);
    return await look();
  };
  const sides = {
    canary: async () => {
      await first();
      await appendFile(log, lines);
      return await look();
    },
    reference: first,
  };
  const name = `a second look at ${requests.toLocaleString('en-US')} recorded requests and 1% more`;
  const description = {
    name,
    unit: 's of processor time',
    reference: 'the first look',
    targets: [{ ratioAtMost: 0.2 }],
  };
  return await compare(description, pairs, sides);
}

/** @param {import('./measure/run-measured.mjs').Run} run */
function measurement({ seconds, peakBytes, processorSeconds }) {
  return { value: seconds, peakBytes, processorSeconds };
}
