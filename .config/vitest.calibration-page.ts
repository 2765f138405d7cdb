import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { rolloutHeading, rolloutTable } from '../test/calibration/rollouts/rollout-table.ts';
import { heading, linesOf, mergeLines, summaryTable, withTable } from '../test/calibration/rows.ts';

const rowsFile = 'docs/calibration.csv';
const rolloutsFile = 'docs/calibration-rollouts.csv';
const pageFile = 'docs/calibration.md';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file to which each family appends its lines of the CSV. */
    calibrationRows: string;
    /** The one to which every question about whole rollouts appends its line. */
    rolloutRows: string;
  }
}

/** Collects the rows that the simulations hand in, and writes the two CSV files and the tables of docs/calibration.md when they are through. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'canary-calibration-'));
  const simulated = join(folder, 'rows.csv');
  const rollouts = join(folder, 'rollouts.csv');
  project.provide('calibrationRows', simulated);
  project.provide('rolloutRows', rollouts);
  return () => {
    const lines = mergeLines(linesOf(read(rowsFile)), linesOf(read(simulated)));
    writeFileSync(rowsFile, `${[heading, ...lines].join('\n')}\n`);
    const before = linesOf(read(rolloutsFile), rolloutHeading);
    const asked = mergeLines(before, linesOf(read(rollouts), rolloutHeading));
    writeFileSync(rolloutsFile, `${[rolloutHeading, ...asked].join('\n')}\n`);
    writeFileSync(pageFile, withTable(withTable(read(pageFile), summaryTable(lines)), rolloutTable(asked)));
    rmSync(folder, { recursive: true, force: true });
  };
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
