import { appendFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import type { Family } from './grid.ts';
import { failures, measure, type MissRates } from './measure.ts';
import { csvLine } from './rows.ts';

const runs = Number(process.env['CALIBRATION_RUNS'] ?? 100);

/**
 * Simulates each row of a family, hands it to the page and fails where a bound misses more often than its level. With some 3,500 bounds and a threshold of
 * three standard errors a few that are right would be called wrong, so a row that looks wrong is simulated again with another seed
 * and four times the runs, and it is that result which is written and counts.
 * @param knownLimit the family shows where the methods fail, and is only written.
 */
export function calibrate(family: Family, { knownLimit = false } = {}): void {
  const rows = family.cells.map(({ title, scenario }, index) => [title, scenario, 1 + index] as const);
  describe(`${family.title}: bounds miss no more often than their level`, () => {
    it.each(rows)('%s', { timeout: 7_200_000 }, (title, scenario, seed) => {
      const first = measure(scenario, runs, seed);
      const rates = isBeyond(first) ? measure(scenario, 4 * runs, 100_000 + seed) : first;
      appendFileSync(inject('calibrationRows'), `${csvLine(family.title, title, rates)}\n`);
      expect(knownLimit ? [] : boundsBeyond(rates)).toEqual([]);
    });
  });
}

function isBeyond(rates: MissRates): boolean {
  return boundsBeyond(rates).length > 0;
}

function boundsBeyond(rates: MissRates): readonly string[] {
  return [...failures(rates, 'sequential'), ...failures(rates, 'fixed')];
}
