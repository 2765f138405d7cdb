import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const reportUsage = new URL('report-usage.mjs', import.meta.url).href;

/**
 * What programs that ran at the same time took.
 *
 * @typedef {object} Run
 * @property {number} seconds from the start of the first to the end of the last
 * @property {number} peakBytes each process's own peak, added up over the programs and the processes that they started:
 *   at least what they held together at any moment
 * @property {number} processorSeconds of all these processes
 * @property {string[]} outputs what each printed on standard output
 */

/**
 * Runs Node programs side by side, each in a process of its own.
 *
 * @param {readonly (readonly string[])[]} programs of each the script and its arguments
 * @param {readonly number[]} [accepted] exit codes that are not failures
 * @returns {Promise<Run>}
 */
export async function runMeasured(programs, accepted = [0]) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-usage-'));
  const usageFile = path.join(folder, 'usage.jsonl');
  const env = { ...process.env, NODE_OPTIONS: `--import=${reportUsage}`, CANARY_BENCH_USAGE: usageFile };
  try {
    const start = performance.now();
    const outputs = await Promise.all(programs.map((program) => run(program, env, accepted)));
    const seconds = (performance.now() - start) / 1000;
    const usage = (await readFile(usageFile, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const total = (/** @type {'peakBytes' | 'processorSeconds'} */ what) =>
      usage.reduce((sum, one) => sum + one[what], 0);
    return { seconds, peakBytes: total('peakBytes'), processorSeconds: total('processorSeconds'), outputs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {readonly string[]} program
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly number[]} accepted
 * @returns {Promise<string>} what it printed
 */
function run(program, env, accepted) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== null && accepted.includes(code)) resolve(output);
      else reject(new Error(`${program.join(' ')} ended with ${signal ?? code}: ${output}`));
    });
  });
}
