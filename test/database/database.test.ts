import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { assignUnits } from '../../src/requests/table/assign-units.ts';
import { type Database, openDatabase, quoteIdentifier, quoteLiteral } from '../../src/database/database.ts';

const tempFolder = mkdtempSync(join(tmpdir(), 'canary-database-'));
let db: Database;
beforeAll(async () => {
  db = await openDatabase({ tempFolder });
});
afterAll(async () => {
  await db.close();
  rmSync(tempFolder, { recursive: true });
});

describe('a database', () => {
  test('that is closed while it works ends that first, so that no process waits for ever', async () => {
    const own = await openDatabase({ tempFolder });
    const working = own.rows('SELECT sum(hash(i)) IS NULL AS none FROM range(20000000) t(i)');
    // The query has begun by then.
    await new Promise((resolve) => void setImmediate(resolve));
    await own.close();
    expect(await working).toEqual([{ none: false }]);
  });

  test('downloads no extension', async () => {
    const settings = await db.rows(
      `SELECT name, value FROM duckdb_settings() WHERE name LIKE '%load_known%' OR name LIKE '%install_known%' ORDER BY name`,
    );
    expect(settings).toEqual([
      { name: 'autoinstall_known_extensions', value: 'false' },
      { name: 'autoload_known_extensions', value: 'false' },
    ]);
    await expect(db.run(`SELECT * FROM read_parquet('https://localhost:1/x.parquet')`)).rejects.toThrow(/httpfs/u);
  });

  test('has more memory, and one thread, for rows of many columns', async () => {
    const wide = await openDatabase({ tempFolder, threads: 2 });
    const settings = async () => {
      const [row] = await wide.rows(
        "SELECT current_setting('memory_limit') AS memory, current_setting('threads')::INTEGER AS threads",
      );
      return row;
    };
    const usual = await settings();
    expect(usual).toMatchObject({ threads: 2 });
    await wide.makeRoomFor(50);
    expect(await settings()).toEqual(usual);
    await wide.makeRoomFor(500);
    expect(await settings()).toEqual({ memory: '1.5 GiB', threads: 1 });
    await wide.close();
  });

  test('tells time in UTC on every connection', async () => {
    for await (const chunk of db.stream(`SELECT TIMESTAMPTZ '2026-11-01 09:00:00+02'::VARCHAR AS time`)) {
      expect(chunk.strings('time')).toEqual(['2026-11-01 07:00:00+00']);
    }
  });

  test('gives numbers of every type as doubles, and NULL as NaN', async () => {
    const columns = await db.columns(
      `SELECT 1::HUGEINT AS huge, 9007199254740991 AS big, 1.25::DECIMAL(10, 2) AS decimal, true AS truth, NULL::INTEGER AS absent, 0.1 + 0.2::DOUBLE AS sum`,
    );
    expect(['huge', 'big', 'decimal', 'truth', 'absent', 'sum'].map((name) => columns.numbers(name)[0])).toEqual([
      1,
      9_007_199_254_740_991,
      1.25,
      1,
      Number.NaN,
      0.1 + 0.2,
    ]);
    expect(() => columns.numbers('other')).toThrow(RangeError);
  });

  test('gives each of several queries that are asked at once its whole result', async () => {
    const asked = [1, 2, 3].map((first) =>
      db.columns(`SELECT range::DOUBLE AS x FROM range(${first}, ${first + 5000}) ORDER BY x`),
    );
    const found = (await Promise.all(asked)).map((columns) => columns.numbers('x'));
    expect(found.map((x) => [x.length, x[0]])).toEqual([
      [5000, 1],
      [5000, 2],
      [5000, 3],
    ]);
  });

  test('refuses to read text as numbers', async () => {
    const columns = await db.columns(`SELECT '1' AS text`);
    expect(() => columns.numbers('text')).toThrow(/holds no numbers/u);
  });

  test('lets other queries and appends run while a stream is read', async () => {
    await db.run('CREATE OR REPLACE TABLE seen (number BIGINT, text VARCHAR, score DOUBLE, flag BOOLEAN)');
    let rows = 0;
    for await (const chunk of db.stream('SELECT range AS number FROM range(10000) ORDER BY number')) {
      const numbers = chunk.numbers('number');
      await db.append('seen', [
        numbers,
        Array.from(numbers, String),
        numbers.map((number) => (number % 2 === 0 ? number : Number.NaN)),
        Array.from(numbers, (number) => number > 5),
      ]);
      rows += chunk.rowCount;
    }
    expect(rows).toBe(10_000);
    expect(
      await db.rows(
        `SELECT count(*) AS n, sum(number) AS numbers, sum(text::BIGINT) AS texts, count(score) AS scores, count_if(flag) AS flags FROM seen`,
      ),
    ).toEqual([{ n: 10_000, numbers: 49_995_000, texts: 49_995_000, scores: 5000, flags: 9994 }]);
  });

  test('refuses to append columns of unequal length', async () => {
    await db.run('CREATE OR REPLACE TABLE pairs (a INTEGER, b INTEGER)');
    await expect(db.append('pairs', [[1, 2], [1]])).rejects.toThrow(RangeError);
    await expect(db.append('pairs', [[1]])).rejects.toThrow(RangeError);
  });

  test('stops what runs when it is interrupted, as the user error of exit 130', async () => {
    const running = db.run('SELECT count(*) FROM range(10000000000) a, range(100) b WHERE (a.range * b.range) % 7 = 3');
    const stopping = setInterval(() => db.interrupt(), 20);
    await expect(running).rejects.toMatchObject({ name: 'UserError', exitCode: 130 });
    clearInterval(stopping);
    expect(await db.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('spills what does not fit in its memory to its folder', async () => {
    const folder = join(tempFolder, 'spill', 'deep');
    const small = await openDatabase({ tempFolder: folder, memoryLimitBytes: 40_000_000, threads: 1 });
    await small.run(`CREATE TABLE large AS SELECT range AS number, md5(range::VARCHAR) AS text FROM range(2000000)`);
    expect(readdirSync(folder).length).toBeGreaterThan(0);
    expect(await small.rows('SELECT count(DISTINCT number) AS n FROM large')).toEqual([{ n: 2_000_000 }]);
    await small.close();
  });

  test('reads a quoted name or text as it is, whatever is in it', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const anyText = fc.string({ unit: fc.oneof(fc.constant('\0'), fc.constant("'"), fc.string({ unit: 'grapheme' })) });
    const property = fc.asyncProperty(text, anyText, async (name, value) => {
      const columns = await db.columns(`SELECT ${quoteLiteral(value)} AS ${quoteIdentifier(name)}`);
      expect(columns.strings(name)).toEqual([value]);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

describe('assignUnits', () => {
  test('numbers the units in their order and gives each its bucket', async () => {
    await db.run(`CREATE OR REPLACE TABLE requests AS SELECT unnest(['u2', 'u1', 'ü', 'u2', 'u10', '']) AS unit`);
    expect(await assignUnits(db, { scheme: 'murmur3', salt: 'salt' })).toBe(5);
    const units = await db.columns('SELECT * FROM units ORDER BY unit_index');
    const names = ['', 'u1', 'u10', 'u2', 'ü'];
    expect(units.strings('unit')).toEqual(names);
    expect([...units.numbers('unit_index')]).toEqual([0, 1, 2, 3, 4]);
    expect([...units.numbers('bucket')]).toEqual(names.map((unit) => murmur3Bucket('salt', unit)));
  });

  test('numbers hundreds of thousands of units without a gap', async () => {
    await db.run(`CREATE OR REPLACE TABLE requests AS SELECT 'user-' || (range % 300000) AS unit FROM range(600000)`);
    expect(await assignUnits(db, { scheme: 'murmur3', salt: 'salt' })).toBe(300_000);
    const check =
      'count(*) AS n, max(unit_index) AS last, count(DISTINCT unit_index) AS indices, count_if(bucket < 0.05) / count(*) AS share';
    const [units] = await db.rows(`SELECT ${check} FROM units`);
    expect(units).toMatchObject({ n: 300_000, last: 299_999, indices: 300_000 });
    expect(Number(units?.['share'])).toBeCloseTo(0.05, 2);
  });
});
