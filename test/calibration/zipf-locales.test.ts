import { expect, test } from 'vitest';
import type { Decision } from '../../src/domain/registry.ts';
import { walkZipf, type ZipfRollout } from './zipf-locales.ts';

/** ZIPF_RUNS=200 takes some minutes and tells 95% from 98%; the few of every test run tell a method that is broken. */
const runs = Number(process.env['ZIPF_RUNS'] ?? 10);

async function shareOf(decision: Decision, rollout: ZipfRollout): Promise<number> {
  let count = 0;
  for (let run = 0; run < runs; run += 1) if ((await walkZipf(rollout, 1000 + run)) === decision) count += 1;
  return count / runs;
}

test.each([20_000, 80_000, 300_000])(
  'segments: auto lets a candidate that does not differ begin in 95 of 100 rollouts over forty locales and %i users',
  async (users) => {
    expect(await shareOf('increase', { users, looks: 10 })).toBeGreaterThanOrEqual(0.95);
  },
  900_000,
);

test('one locale with 5.8% of 300,000 users that loses 3 pp begins in at most 36% of them', async () => {
  const rollout = { users: 300_000, looks: 10, harmed: { locale: 3, loss: 0.03 } };
  expect(await shareOf('increase', rollout)).toBeLessThanOrEqual(0.36);
}, 900_000);

test('one locale with 2.3% of 300,000 users that loses 10 pp begins in at most 2% of them', async () => {
  const rollout = { users: 300_000, looks: 10, harmed: { locale: 9, loss: 0.1 } };
  expect(await shareOf('increase', rollout)).toBeLessThanOrEqual(0.02);
}, 900_000);
