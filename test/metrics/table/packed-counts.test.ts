import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../src/database/database.ts';
import { PackedCounts } from '../../../src/metrics/table/packed-counts.ts';

test('packed counts are those of their conditions, added up once or twice, up to the most that a unit has', async () => {
  const db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-packed-')) });
  onTestFinished(() => db.close());
  const most = 4095;
  // A unit has all the requests that any has, and every condition may hold for all of them, none, or not be known.
  await db.run(`CREATE TABLE requests AS SELECT unit, n, n % 3 = 0 AS third, CASE WHEN n % 5 > 0 THEN n % 2 = 0 END AS known
    FROM range(1, ${most + 1}) AS requests(n), (VALUES (0), (1)) AS units(unit) WHERE unit = 0 OR n <= 7`);
  const conditions = ['true', 'false', 'third', 'known', 'NULL::BOOLEAN', 'NOT third', 'n > 4000'];
  const counted = fc.tuple(fc.constantFrom(...conditions), fc.option(fc.constantFrom(...conditions)));
  await fc.assert(
    fc.asyncProperty(
      fc.array(counted, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(most, most + 1, 2 ** 20, 2 ** 31 - 1, 2 ** 52, 2 ** 61),
      async (pairs, mostRequests) => {
        const packed = new PackedCounts(mostRequests);
        const read = pairs.map(
          ([condition, also], index) => `${packed.add(condition, also ?? undefined)} AS c${index}`,
        );
        const expected = pairs.map(
          ([one, also], index) => `count(*) FILTER (WHERE (${one}) AND (${also ?? 'true'})) AS c${index}`,
        );
        const once = `SELECT unit, n % 2 AS half, ${packed.added.join(', ')} FROM requests GROUP BY unit, half`;
        const twice = `SELECT unit, ${packed.addedAgain.join(', ')} FROM (${once}) GROUP BY unit`;
        const found = await db.rows(`SELECT ${read.join(', ')} FROM (${twice}) ORDER BY unit`);
        expect(found).toEqual(await db.rows(`SELECT ${expected.join(', ')} FROM requests GROUP BY unit ORDER BY unit`));
      },
    ),
    { numRuns: 60 },
  );
});
