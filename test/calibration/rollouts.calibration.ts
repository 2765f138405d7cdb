import { appendFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import { rolloutRows } from './rollouts/rollout-rows.ts';
import { isOutside, rolloutLine, simulateRow } from './rollouts/rollout-table.ts';

it.each(rolloutRows.map((row) => [row.question, row.population, row] as const))(
  '%s (%s)',
  { timeout: 7_200_000 },
  async (...[, , row]) => {
    const found = await simulateRow(row, row.runs);
    appendFileSync(inject('rolloutRows'), `${rolloutLine(row, found)}\n`);
    expect(isOutside(row, found)).toBe(false);
  },
);
