import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { BASELINE, CANDIDATE, writeRecordedRollout } from './data/recorded-rollout.mjs';
import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const canary = fileURLToPath(new URL('../bin/canary.js', import.meta.url));
const readAndGroup = fileURLToPath(new URL('programs/read-and-group.mjs', import.meta.url));
/** Increase, hold and rollback: what was found is not what is measured here. */
const verdicts = [0, 3, 4];

/**
 * Judging a log of recorded outcomes, the whole command from start to end, against DuckDB reading and grouping the same
 * file, also from start to end.
 *
 * @param {{ pairs: number, large: boolean }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function judgeRecorded({ pairs, large }) {
  const comparisons = [await compareJudging(500_000, [{ ratioAtMost: 6 }], pairs)];
  // Minutes of work each time, and the memory that it is about hardly differs from run to run.
  if (large) comparisons.push(await compareJudging(5_000_000, [{ peakBytesAtMost: 1e9 }], 1));
  return comparisons;
}

/**
 * @param {number} requests
 * @param {readonly import('./measure/compare.mjs').Target[]} targets
 * @param {number} pairs
 */
async function compareJudging(requests, targets, pairs) {
  const name = `judging ${requests.toLocaleString('en-US')} recorded requests`;
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-judge-'));
  try {
    console.error(`${name}: writing the log`);
    const { plan, log } = await writeRecordedRollout(folder, requests);
    const sides = {
      canary: async () => {
        // The first look at a log, not one that finds what an earlier look left.
        await rm(path.join(folder, '.canary'), { recursive: true, force: true });
        return measurement(await runMeasured([[canary, 'evaluate', plan, '--quiet']], verdicts));
      },
      reference: async () => measurement(await runMeasured([[readAndGroup, log, BASELINE, CANDIDATE]])),
    };
    const reference = 'DuckDB reading and grouping the file';
    return await compare({ name, unit: 's', reference, targets }, pairs, sides);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {import('./measure/run-measured.mjs').Run} run */
function measurement({ seconds, peakBytes }) {
  return { value: seconds, peakBytes };
}
