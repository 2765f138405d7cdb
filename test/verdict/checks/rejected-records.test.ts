import { expect, test } from 'vitest';
import type { RequestFileFacts } from '../../../src/domain/log/request-file-facts.ts';
import { rejectedRecords } from '../../../src/verdict/checks/rejected-records.ts';

const ofThree: RequestFileFacts = {
  path: 'results.json',
  bytes: 1,
  sha256: '0',
  rows: 1800,
  collapsed: 0,
  rejected: { 'other-version': 600, 'bad-outcome': 9 },
};

test.each(['promptfoo', 'eval-runs'] as const)(
  'a third version of %s is no loss, and what else is wrong counts among the rest',
  (format) => {
    expect(rejectedRecords([ofThree], { format, maxRejected: 0.01 })).toEqual({
      name: 'rejected',
      status: 'pass',
      detail: '9 records of 1200 (0.75%) rejected: bad-outcome 9; 600 more are of other versions',
    });
    expect(rejectedRecords([ofThree], { format, maxRejected: 0.005 }).status).toBe('hold');
  },
);

test('in a log of what was served a version that nobody named holds', () => {
  expect(rejectedRecords([ofThree], { format: 'canary', maxRejected: 0.01 })).toMatchObject({
    status: 'hold',
    detail: expect.stringContaining('609 records of 1800'),
  });
});
