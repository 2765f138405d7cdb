import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { countsBy } from '../../../src/metrics/table/counts-by.ts';

let db: Database;

beforeAll(async () => {
  db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-counts-')) });
  await db.run(`CREATE TABLE visits AS SELECT * FROM (VALUES
    (1, 'de', '1'), (2, 'de', NULL), (3, 'fr', '1'), (4, NULL, '1'), (5, '1', 'de')) AS visits (hour, country, device)`);
});

afterAll(async () => {
  await db.close();
});

test('each column is counted for itself, in the order asked for, without the rows that have no value of it', async () => {
  const found = await countsBy(db, {
    from: 'visits',
    columns: ['country', 'device'],
    counts: { visits: 'count(*)', late: 'count(*) FILTER (WHERE hour > 2)' },
    order: 'visits DESC, value',
  });
  const counted = found.map((values) => values.map(({ value, count }) => [value, count('visits'), count('late')]));
  expect(counted).toEqual([
    [
      ['de', 2, 0],
      ['1', 1, 1],
      ['fr', 1, 1],
    ],
    [
      ['1', 3, 2],
      ['de', 1, 1],
    ],
  ]);
});

test('no columns are no counts', async () => {
  expect(await countsBy(db, { from: 'visits', columns: [], counts: { visits: 'count(*)' }, order: 'value' })).toEqual(
    [],
  );
});
