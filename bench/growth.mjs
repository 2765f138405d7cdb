import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { BASELINE, CANDIDATE, writeRecordedRollout } from './data/recorded-rollout.mjs';
import { writeRecordedLog } from './data/recorded-log.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const canary = fileURLToPath(new URL('../bin/canary.js', import.meta.url));
/** Increase, hold and rollback: what was found is not what is measured here. */
const verdicts = [0, 3, 4];
const USUAL = 50_000;

/**
 * How processor time and memory of `canary evaluate` grow with what a log and a plan have more of, one thing at a time, each
 * run once: rows, users, segments, guardrails, and looks at a log that grows by a fiftieth each. Prints a table of each.
 *
 * @param {{ large: boolean, write: (text: string) => void }} options
 */
export async function growth({ large, write }) {
  const tables = [
    { of: 'requests', sizes: [USUAL, 500_000, ...(large ? [5_000_000] : [])], shape: () => ({}) },
    {
      of: 'users',
      sizes: [1000, 10_000, ...(large ? [200_000] : [])],
      shape: (/** @type {number} */ users) => ({ users }),
    },
    { of: 'locales', sizes: [6, 50, 500], shape: (/** @type {number} */ locales) => ({ locales }) },
    {
      of: 'guardrails',
      sizes: [3, 31, 100],
      shape: (/** @type {number} */ size) => ({ guardrails: guardrails(size) }),
    },
  ];
  for (const { of, sizes, shape } of tables) {
    const lines = [];
    for (const size of sizes) {
      const requests = of === 'requests' ? size : large && of === 'users' ? 500_000 : USUAL;
      lines.push(await lineOf(size, () => withFolder((folder) => firstLook(folder, requests, shape(size)))));
    }
    write(tableText(of, lines));
  }
  const looks = await lineOrFailure(() => withFolder(growingLog));
  write(tableText('looks', looks));
}

/**
 * @typedef {import('./measure/run-measured.mjs').Run} Run
 * @typedef {{ size: number, run?: Run, failure?: string }} Line what a run took, or why it failed
 */

/**
 * @param {number} size
 * @param {() => Promise<Run>} measure
 * @returns {Promise<Line>}
 */
async function lineOf(size, measure) {
  console.error(`growth: ${size.toLocaleString('en-US')}`);
  try {
    return { size, run: await measure() };
  } catch (error) {
    return { size, failure: String(error) };
  }
}

/** @param {() => Promise<Line[]>} measure */
async function lineOrFailure(measure) {
  try {
    return await measure();
  } catch (error) {
    return [{ size: 1, failure: String(error) }];
  }
}

/**
 * @param {string} folder
 * @param {number} requests
 * @param {Parameters<typeof writeRecordedRollout>[2]} shape
 */
async function firstLook(folder, requests, shape) {
  const { plan } = await writeRecordedRollout(folder, requests, shape);
  return await look(plan);
}

/** @param {string} plan */
async function look(plan) {
  return await runMeasured([[canary, 'evaluate', plan, '--quiet']], verdicts);
}

/**
 * Looks at a log of 500,000 requests, and again each time that it has a fiftieth more.
 *
 * @param {string} folder
 * @returns {Promise<Line[]>}
 */
async function growingLog(folder) {
  const { plan, log } = await writeRecordedRollout(folder, 10 * USUAL);
  const more = path.join(folder, 'more.part');
  const lines = [await lineOf(1, () => look(plan))];
  for (const size of [2, 3, 4, 5]) {
    const from = 10 * USUAL + (size - 2) * (USUAL / 5);
    await writeRecordedLog(more, { requests: USUAL / 5, from, seed: size, baseline: BASELINE, candidate: CANDIDATE });
    await appendFile(log, await readFile(more));
    lines.push(await lineOf(size, () => look(plan)));
  }
  return lines;
}

/** @param {number} size how many, the usual three first */
function guardrails(size) {
  const percentiles = Array.from({ length: 49 }, (_, index) => `latency.p${50 + index}`);
  const finer = Array.from({ length: 49 }, (_, index) => `latency.p${50 + index}.5`);
  const metrics = ['error_rate', 'accuracy', 'latency.mean', ...percentiles, ...finer].slice(0, size);
  return metrics.map((metric) =>
    metric === 'accuracy' ? '{ metric: accuracy, maxDecrease: 1pp }' : `{ metric: ${metric}, maxIncrease: 20% }`,
  );
}

/**
 * @template T
 * @param {(folder: string) => Promise<T>} work
 */
async function withFolder(work) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-growth-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * A run that failed says so, and neither it nor what would be compared with it has a ratio.
 *
 * @param {string} of
 * @param {readonly Line[]} lines
 */
function tableText(of, lines) {
  const first = lines[0]?.run;
  const rows = lines.map(({ size, run, failure }) => {
    const name = `  ${size.toLocaleString('en-US').padStart(10)}`;
    if (run === undefined) return `${name}  failed: ${failure}`;
    const ratio =
      first === undefined ? '' : `, ${(run.processorSeconds / first.processorSeconds).toFixed(2)} times the first`;
    return `${name}  ${run.processorSeconds.toFixed(2)} s of processor time${ratio}, peak memory ${Math.round(run.peakBytes / 1e6)} MB`;
  });
  return `\ngrowth of canary evaluate with ${of}\n${rows.join('\n')}`;
}
