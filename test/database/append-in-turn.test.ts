import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';

test('rows that are added while results are read take nothing from them', async () => {
  const db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-append-')), threads: 2 });
  onTestFinished(() => db.close());
  await db.run('CREATE TABLE rows (number DOUBLE)');
  const batch = Float64Array.from({ length: 5000 }, (_, row) => row);
  const size = 300_000;
  const reads = Array.from({ length: 12 }, async () => {
    const { rowCount } = await db.columns(`SELECT range::DOUBLE AS number FROM range(${size})`);
    return rowCount;
  });
  const added = Array.from({ length: 40 }, async (_, index) => {
    // Not all at once, but while the results come.
    for (let wait = 0; wait < index; wait += 1) await new Promise((resolve) => void setImmediate(resolve));
    await db.append('rows', [batch]);
  });
  expect(new Set(await Promise.all(reads))).toEqual(new Set([size]));
  await Promise.all(added);
  const [counted] = await db.rows('SELECT count(*) AS rows FROM rows');
  expect(counted).toEqual({ rows: added.length * batch.length });
});
