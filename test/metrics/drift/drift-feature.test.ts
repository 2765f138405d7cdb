import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureFeature } from '../../../src/metrics/drift/drift-feature.ts';
import { type Database, openDatabase } from '../../../src/database/database.ts';

let db: Database;
beforeAll(async () => {
  db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-drift-')) });
});
afterAll(() => db.close());

type Value = string | number | null;

/** One request per user. */
async function measured(reference: readonly Value[], current: readonly Value[], kind?: 'numeric' | 'categorical') {
  const rows = [...reference.map((value) => [false, value]), ...current.map((value) => [true, value])].map(
    ([side, value], unit) => `(${side}, ${unit}, ${value === null ? 'NULL' : `'${value}'`})`,
  );
  const sql = `SELECT * FROM (VALUES ${rows.join(', ')}) v(is_current, unit, value)`;
  const feature = await measureFeature(db, { name: 'f', about: 'input', sql, kind });
  if (feature === undefined) throw new Error('a side is empty');
  return feature;
}

describe('distances of numbers, computed in the database', () => {
  // scipy/stats/tests/test_stats.py (BSD-3).
  test.each([
    [[1.01, 2.01], [1, 2, 3], 1 / 3, 1],
    [[0.99, 1.99], [1, 2, 3], 2 / 3, 0.6],
  ])('are those published for %j against %j', async (current, reference, ks, pValue) => {
    const { numbers } = await measured(reference, current, 'numeric');
    expect(numbers?.ks).toBeCloseTo(ks, 12);
    expect(numbers?.ksPValue).toBeCloseTo(pValue, 12);
  });

  // scipy/stats/tests/test_stats.py (BSD-3): wasserstein_distance([0, 1, 2], [1, 2, 3]).
  test('have the published area between the distribution functions', async () => {
    expect((await measured([0, 1, 2], [1, 2, 3], 'numeric')).numbers?.wasserstein).toBe(1);
  });

  test('rest on the deciles of the reference', async () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    const { bins, psi, kind } = await measured(hundred, hundred.slice(0, 50));
    expect(kind).toBe('numeric');
    expect(bins.map(({ label }) => label)).toEqual([
      'up to 10',
      ...[10, 20, 30, 40, 50, 60, 70, 80].map((edge) => `${edge} to ${edge + 10}`),
      'above 90',
    ]);
    expect(bins.map(({ reference }) => reference)).toEqual(Array.from({ length: 10 }, () => 0.1));
    // Five bins twice as full, five empty ones at 0.0001.
    const byHand = 5 * 0.1 * Math.log(0.2 / 0.1) + 5 * (0.0001 - 0.1) * Math.log(0.0001 / 0.1);
    expect(psi).toBeCloseTo(byHand, 12);
  });
});

/** So many of each of `v0`, `v1`, …. */
function letters(counts: readonly number[]): string[] {
  return counts.flatMap((count, index) => Array.from({ length: count }, () => `v${index}`));
}

describe('distances of categories, computed in the database', () => {
  // scipy: jensenshannon([1, 0, 0], [0, 1, 0], 2).
  test('are 1 in base 2 where nothing overlaps', async () => {
    const feature = await measured(['a', 'a'], ['b', 'b']);
    expect(feature.kind).toBe('categorical');
    expect(feature.jensenShannon).toBe(1);
    expect(feature.bins).toEqual([
      { label: 'a', reference: 1, current: 0 },
      { label: '(new)', reference: 0, current: 1 },
    ]);
  });

  test('have the chi-square of the counts', async () => {
    const { chiSquare } = await measured(letters([20, 30]), letters([15, 35]));
    expect(chiSquare.statistic).toBeCloseTo((100 * 250 ** 2) / (50 * 50 * 35 * 65), 10);
  });

  test('put small categories of the reference together', async () => {
    const many = Array.from({ length: 600 }, (_, index) => `v${index % 60}`);
    const { bins } = await measured(many, many, 'categorical');
    expect(bins).toHaveLength(51);
    expect(bins.at(-1)).toMatchObject({ label: '(other)', reference: 1 / 6 });
  });
});

describe('how values are compared', () => {
  const thirty = Array.from({ length: 30 }, (_, index) => index);
  test.each([
    ['a few numbers as categories', thirty.map((index) => index % 5), 'categorical'],
    ['many numbers as numbers', thirty.map((index) => index / 7), 'numeric'],
    ['sentences by their length', thirty.map((index) => `sentence number ${index}`), 'text length'],
    ['lists by their length', thirty.map((index) => `[${index}, 2, 3]`), 'list length'],
    ['true and false as categories', thirty.map((index) => String(index % 2 === 0)), 'categorical'],
  ])('%s', async (_name, values, kind) => {
    expect((await measured(values, values)).kind).toBe(kind);
  });

  test('a user with many alike requests is one user of evidence', async () => {
    const rows = [...Array(40).keys()].flatMap((unit) =>
      Array.from(
        { length: 50 },
        () => `(${unit % 2 === 1}, ${unit}, '${unit < 26 ? 'a' : unit % 2 === 1 ? 'a' : 'b'}')`,
      ),
    );
    const sql = `SELECT * FROM (VALUES ${rows.join(', ')}) v(is_current, unit, value)`;
    const feature = await measureFeature(db, { name: 'f', about: 'input', sql });
    expect(feature?.current).toBe(1000);
    // Seven users of twenty differ: as counts of requests that would be beyond any doubt.
    expect(feature?.pValue).toBeGreaterThan(0.001);
  });
});
