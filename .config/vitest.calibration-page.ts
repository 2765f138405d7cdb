import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { heading, linesOf, mergeLines, summaryTable, withTable } from '../test/calibration/rows.ts';

const rowsFile = 'docs/calibration.csv';
const pageFile = 'docs/calibration.md';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file to which each family appends its lines of the CSV. */
    calibrationRows: string;
  }
}

/** Collects the rows that the simulations hand in, and writes docs/calibration.csv and the table of docs/calibration.md when they are through. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'canary-calibration-'));
  const simulated = join(folder, 'rows.csv');
  writeFileSync(simulated, '');
  project.provide('calibrationRows', simulated);
  return () => {
    const lines = mergeLines(linesOf(readFileSync(rowsFile, 'utf8')), linesOf(readFileSync(simulated, 'utf8')));
    writeFileSync(rowsFile, `${[heading, ...lines].join('\n')}\n`);
    writeFileSync(pageFile, withTable(readFileSync(pageFile, 'utf8'), summaryTable(lines)));
    rmSync(folder, { recursive: true, force: true });
  };
}
