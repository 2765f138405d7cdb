import { appendFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import type { Family } from './grid.ts';
import { failures, measure, type MissRates } from './measure.ts';
import { csvLine } from './rows.ts';

const runs = Number(process.env['CALIBRATION_RUNS'] ?? 100);

/**
 * Simulates a family, hands its rows to the page and fails where a bound misses more often than its level. With some 3,500 bounds and a threshold of
 * three standard errors a few that are right would be called wrong, so a row that looks wrong is simulated again with another seed
 * and four times the runs, and it is that result which is written and counts.
 * @param knownLimit the family shows where the methods fail, and is only written.
 */
export function calibrate(family: Family, { knownLimit = false } = {}): void {
  it(`${family.title}: bounds miss no more often than their level`, { timeout: 7_200_000 }, () => {
    const rows = family.cells.map(({ title, scenario }, index) => {
      const first = measure(scenario, runs, 1 + index);
      return { title, rates: isBeyond(first) ? measure(scenario, 4 * runs, 100_001 + index) : first };
    });
    const lines = rows.map(({ title, rates }) => `${csvLine(family.title, title, rates)}\n`);
    appendFileSync(inject('calibrationRows'), lines.join(''));
    if (knownLimit) return;
    expect(rows.filter(({ rates }) => isBeyond(rates)).map(({ title }) => title)).toEqual([]);
  });
}

function isBeyond(rates: MissRates): boolean {
  return failures(rates, 'sequential').length + failures(rates, 'fixed').length > 0;
}
