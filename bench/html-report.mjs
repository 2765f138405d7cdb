import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { evidenceOfSegments } from './data/evidence-of-segments.mjs';
import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const canary = fileURLToPath(new URL('../bin/canary.js', import.meta.url));

/**
 * The HTML report of evidence with 500 segments, the whole command, against the CSV report of the same evidence: reading
 * and checking the evidence is in both, drawing in one.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function htmlReport({ pairs }) {
  const folder = mkdtempSync(join(tmpdir(), 'canary-bench-'));
  const evidence = join(folder, 'evidence.json');
  writeFileSync(evidence, evidenceOfSegments(500));
  const description = {
    name: 'canary report of 500 segments as HTML',
    unit: 's',
    reference: 'the same as CSV',
    targets: [{ valueAtMost: 2 }],
  };
  const measure = async (/** @type {string} */ extension) => {
    const program = [canary, 'report', evidence, '-o', join(folder, `report.${extension}`)];
    const { seconds, peakBytes, processorSeconds } = await runMeasured([program]);
    return { value: seconds, peakBytes, processorSeconds };
  };
  try {
    return [await compare(description, pairs, { canary: () => measure('html'), reference: () => measure('csv') })];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
