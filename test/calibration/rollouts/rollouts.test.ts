import { describe, expect, test } from 'vitest';
import { casesOf } from '../../fixtures/tiers.ts';
import { rolloutRows } from './rollout-rows.ts';
import { isOutside, rolloutLine, rolloutTable, simulateRow } from './rollout-table.ts';

/** The few of every test run tell a method that is broken, of every third question outside of the whole; `npm run calibration` simulates all that a row asks for. */
const runs = 10;

describe('whole rollouts through the gate', () => {
  const rows = casesOf(rolloutRows, 3).map((row) => [row.question, row.population, row] as const);
  test.each(rows)('%s (%s)', async (...[, , row]) => {
    expect(isOutside(row, await simulateRow(row, runs))).toBe(false);
  });
});

const row = {
  question: 'On the bound: increase',
  population: 'pairs, 30 nights',
  runs: 100,
  allowed: { least: 0, most: 0.05 },
  happens: async (seed: number) => seed % 4 === 0,
};

test('a share that is beyond what is allowed is told as such', async () => {
  const line = rolloutLine(row, await simulateRow(row, row.runs));
  expect(line).toBe('"On the bound: increase","pairs, 30 nights",100,25.00,at most 5%,beyond');
  expect(rolloutTable([line]).split('\n').at(-1)).toBe(
    '| On the bound: increase | pairs, 30 nights | 100 | 25.00% | at most 5% | beyond |',
  );
});

test('a run that does not ask is no run', async () => {
  expect(await simulateRow({ ...row, happens: amongOddSeeds }, 100)).toEqual({ runs: 50, share: 0.5 });
});

async function amongOddSeeds(seed: number): Promise<boolean | undefined> {
  return seed % 2 === 0 ? undefined : seed > 50;
}
