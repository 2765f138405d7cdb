import { expect, test } from 'vitest';
import { checkOf } from './planted-log.ts';
import { evaluated, logOf, usual } from './selected-log.ts';

const hour = 3_600_000;

test.each([
  ['of years before', '2019-06-01T12:00:00.000Z'],
  ['of next month', '2026-12-15T12:00:00.000Z'],
])('a request %s does not make a short log long', async (_what, timestamp) => {
  const records = logOf({ users: 500, baseline: usual, candidate: usual });
  const log = records.map((record, index) => (index === 7 ? { ...record, timestamp } : record));
  const evidence = await evaluated(log, ['{ metric: accuracy, maxDecrease: 9pp }'], {
    checks: '{ window: { minDuration: 24h, action: hold } }',
  });
  expect(records.length * 30_000).toBeLessThan(9 * hour);
  expect(checkOf(evidence, 'window')).toMatchObject({ status: 'hold' });
  expect(checkOf(evidence, 'window').detail).toContain(
    `without 1 request far from all others, such as of ${timestamp.slice(0, 10)} 12:00`,
  );
});
