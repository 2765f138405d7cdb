import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { writeInferenceTable } from './data/inference-table.mjs';
import { writeSagemakerLog } from './data/sagemaker-log.mjs';
import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const importer = fileURLToPath(new URL('programs/import-capture.mjs', import.meta.url));
const reader = fileURLToPath(new URL('programs/read-capture.mjs', import.meta.url));
const tableImporter = fileURLToPath(new URL('programs/import-table.mjs', import.meta.url));
const tableReader = fileURLToPath(new URL('programs/read-table.mjs', import.meta.url));
const EVENTS = 500_000;
const ROWS = 100_000;
const VARIANT = 'AllTraffic';

/**
 * Importing captures of SageMaker into the table of requests, against DuckDB reading the same file with its types
 * written and decoding nothing; and the same of an inference table in which two versions answered the same requests.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function importCapture({ pairs }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-import-'));
  try {
    console.error(`writing ${EVENTS.toLocaleString('en-US')} captures`);
    const file = await writeSagemakerLog(folder, { events: EVENTS, seed: 7, variant: VARIANT });
    const memory = { peakBytesAtMost: 1e9 };
    return [
      await compareImport('answers', [importer, folder, VARIANT], file, pairs, [{ ratioAtMost: 3 }, memory]),
      // Decodes every input as well and puts the requests in order, which the reference does not.
      await compareImport('answers and inputs', [importer, folder, VARIANT, 'input'], file, pairs, [memory]),
      await comparePairs(folder, pairs, memory),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} what
 * @param {readonly string[]} program
 * @param {string} file
 * @param {number} pairs
 * @param {readonly import('./measure/compare.mjs').Target[]} targets
 */
function compareImport(what, program, file, pairs, targets) {
  const description = {
    name: `importing ${EVENTS.toLocaleString('en-US')} SageMaker captures, ${what}`,
    unit: 's',
    reference: 'DuckDB reading the same file',
    targets,
  };
  const sides = { canary: () => measure(program), reference: () => measure([reader, file]) };
  return compare(description, pairs, sides);
}

/**
 * @param {string} folder
 * @param {number} pairs
 * @param {import('./measure/compare.mjs').Target} memory
 */
async function comparePairs(folder, pairs, memory) {
  console.error(`writing an inference table of ${ROWS.toLocaleString('en-US')} rows`);
  const file = await writeInferenceTable(folder, { lines: ROWS, seed: 7, versions: ['v1', 'v2'] });
  const description = {
    name: `importing ${ROWS.toLocaleString('en-US')} rows of an inference table, two versions of each request`,
    unit: 's',
    reference: 'DuckDB reading the same file',
    targets: [memory],
  };
  const sides = {
    canary: () => measure([tableImporter, folder, 'v1', 'v2']),
    reference: () => measure([tableReader, file]),
  };
  return compare(description, pairs, sides);
}

/** @param {readonly string[]} program */
async function measure(program) {
  const { seconds, peakBytes, processorSeconds } = await runMeasured([program]);
  return { value: seconds, peakBytes, processorSeconds };
}
