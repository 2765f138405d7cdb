import { expect, it } from 'vitest';
import type { Family } from './grid.ts';
import { failures, measure } from './measure.ts';
import { markdownTable, type Row } from './table.ts';

const runs = Number(process.env['CALIBRATION_RUNS'] ?? 1000);

/**
 * Simulates a family, prints its table and fails where a bound misses more often than its level. With some 3,500 bounds and a threshold of
 * three standard errors a few that are right would be called wrong, so a row that looks wrong is simulated again with another seed
 * and four times the runs, and it is that result which is printed and counts.
 * @param knownLimit the family shows where the methods fail, and is only printed.
 */
export function calibrate(family: Family, { knownLimit = false } = {}): void {
  it(`${family.title}: bounds miss no more often than their level`, { timeout: 7_200_000 }, () => {
    const rows = family.cells.map(({ title, scenario }, index): Row => {
      const first = measure(scenario, runs, 1 + index);
      return { title, rates: isBeyond(first) ? measure(scenario, 4 * runs, 100_001 + index) : first };
    });
    process.stdout.write(`${markdownTable(family, rows)}\n`);
    if (knownLimit) return;
    expect(rows.filter(({ rates }) => isBeyond(rates)).map(({ title }) => title)).toEqual([]);
  });
}

function isBeyond(rates: Row['rates']): boolean {
  return failures(rates, 'sequential').length + failures(rates, 'fixed').length > 0;
}
