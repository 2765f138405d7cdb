import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JudgedRow } from './judged-rows.ts';
import { linearized, measure } from './measure.ts';

/** Requests of a unit each: the truth and what each version answered. */
function answered(...rows: (readonly [truth: number, baseline: number, candidate: number])[]): JudgedRow[] {
  return rows.map(([truth, baseline, candidate], unit) => ({
    unit,
    label: String(truth),
    baseline: { value: baseline },
    candidate: { value: candidate },
  }));
}

// The documented examples of sklearn.metrics: y_true = [3, -0.5, 2, 7], y_pred = [2.5, 0.0, 2, 8].
const documented = answered([3, 3, 2.5], [-0.5, 0.5, 0], [2, 2, 2], [7, 6, 8]);

describe('mae', () => {
  test('is the number of scikit-learn’s documented example', async () => {
    // mean_absolute_error gives 0.5.
    expect(await measure(documented, 'mae')).toMatchObject({ baseline: 0.5, candidate: 0.5, value: 0, requests: 4 });
  });

  test('with a label that is not a number is uncomputable', async () => {
    const rows = [...documented, { unit: 9, label: 'seven', baseline: { value: 7 }, candidate: { value: 7 } }];
    expect(await measure(rows, 'mae')).toEqual({
      kind: 'uncomputable',
      reason: 'candidate: an answer or a label that is not a number on 1 request',
    });
  });

  test('of failed requests and unlabelled ones is none', async () => {
    const rows: JudgedRow[] = [
      ...documented,
      { unit: 8, label: '1', baseline: { value: 1 }, candidate: { error: 'timeout' } },
      { unit: 9, baseline: { value: 1 }, candidate: { value: 100 } },
    ];
    expect(await measure(rows, 'mae')).toMatchObject({ candidate: 0.5, requests: 4 });
  });

  test.each(['mae', 'rmse'])('%s adds up to the same bits whatever the order of the records', async (id) => {
    const row = fc.tuple(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 20, maxLength: 60 }), async (numbers) => {
        const rows = answered(...numbers).map((one) => ({ ...one, unit: one.unit % 9 }));
        expect(await measure(rows.toReversed(), id)).toEqual(await measure(rows, id));
      }),
      { numRuns: 10 },
    );
  });
});

describe('rmse', () => {
  test('is the number of scikit-learn’s documented example', async () => {
    // root_mean_squared_error gives 0.612…: the root of 0.375.
    const found = linearized(await measure(documented, 'rmse'));
    expect(found.candidate).toBeCloseTo(Math.sqrt(0.375), 12);
    expect(found.baseline).toBeCloseTo(Math.sqrt(0.5), 12);
  });

  test('has the standard error that the delta method gives it', async () => {
    // Errors uniform in (-1, 1): the root of a mean of squares has se(mean of squares) / (2 rmse).
    const rows = answered(...Array.from({ length: 2000 }, (_, unit) => [0, 0, scattered(unit)] as const));
    const found = linearized(await measure(rows, 'rmse', 'own'));
    const squares = rows.map(({ candidate }) => (candidate?.value ?? 0) ** 2);
    const mean = squares.reduce((sum, square) => sum + square, 0) / 2000;
    const variance = squares.reduce((sum, square) => sum + (square - mean) ** 2, 0) / 1999;
    const analytic = Math.sqrt(variance / 2000) / (2 * Math.sqrt(mean));
    expect(found.value).toBeCloseTo(Math.sqrt(mean), 12);
    const sampled = Math.sqrt(found.standardError ** 2 - found.floorVariance);
    expect(sampled / analytic).toBeCloseTo(1, 2);
  });
});

describe('kpi', () => {
  const split: JudgedRow[] = [10, 20, 30, 4, 6, 8].map((revenue, unit) => ({
    unit,
    revenue,
    inCanary: unit > 2,
    ...(unit > 2 ? { candidate: { label: 'a' } } : { baseline: { label: 'a' } }),
  }));

  test('of a live split is the mean of each version’s own users', async () => {
    const found = await measure(split, 'kpi.revenue', 'difference', 'served');
    expect(found).toMatchObject({ baseline: 20, candidate: 6, value: -14, requests: 6 });
    expect(linearized(await measure(split, 'kpi.revenue', 'relative', 'served')).value).toBeCloseTo(-0.7, 12);
  });

  test('where records have outcomes of both versions is uncomputable, and says why', async () => {
    const pairs = split.map((row) => ({ ...row, baseline: { label: 'a' }, candidate: { label: 'a' } }));
    for (const quantity of ['own', 'difference'] as const) {
      expect(await measure(pairs, 'kpi.revenue', quantity)).toMatchObject({
        kind: 'uncomputable',
        reason: expect.stringContaining('a live split is needed'),
      });
    }
  });

  test('a request without the field counts for nothing', async () => {
    const rows = [...split, { unit: 9, inCanary: true, candidate: { label: 'a' } }];
    expect(await measure(rows, 'kpi.revenue', 'own', 'served')).toMatchObject({ value: 6, requests: 3 });
  });

  test('a field that is text somewhere is uncomputable', async () => {
    const rows = [...split, { unit: 9, inCanary: true, revenue: Number.NaN, candidate: { label: 'a' } }];
    expect(await measure(rows, 'kpi.revenue', 'difference', 'served')).toMatchObject({
      reason: 'candidate: a revenue that is neither a number nor a boolean on 1 request',
    });
  });

  test('is computed of numbers too small to be scaled', async () => {
    const rows = split.map((row) => ({ ...row, revenue: row.unit * 5e-324 }));
    expect(await measure(rows, 'kpi.revenue', 'difference', 'served')).toMatchObject({ kind: 'uncomputable' });
  });

  test('of yes and no is judged as the proportion that it is', async () => {
    const rows = split.map((row) => ({ ...row, revenue: row.unit % 2 }));
    expect((await measure(rows, 'kpi.revenue', 'own', 'served')).kind).toBe('proportion');
    const found = linearized(await measure(rows, 'kpi.revenue', 'difference', 'served'));
    expect(found.floorVariance).toBeGreaterThan(0);
  });
});

/** Numbers in (-1, 1) without a pattern. */
function scattered(unit: number): number {
  return 2 * ((Math.abs(Math.sin(unit * 12.9898)) * 43_758.5453) % 1) - 1;
}
