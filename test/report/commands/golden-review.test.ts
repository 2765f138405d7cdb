import { expect, test } from 'vitest';
import { goldenField } from '../../../src/report/commands/golden-review.ts';

test('a plan’s golden requests are counted in its header', () => {
  expect(goldenField({ files: 2, requests: 1200, unanswerable: 0 })).toEqual([['golden', '1,200 requests in 2 files']]);
});

test('those that nothing can answer are said to hold', () => {
  expect(goldenField({ files: 1, requests: 3, unanswerable: 2 })).toEqual([
    ['golden', '3 requests in 1 file, 2 of them without a recorded outcome of a candidate that cannot be run: hold'],
  ]);
});

test('a plan without any has no such line', () => {
  expect(goldenField(undefined)).toEqual([]);
});
