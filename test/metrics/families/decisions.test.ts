import { describe, expect, test } from 'vitest';
import type { DecisionCosts } from '../../../src/domain/decision-costs.ts';
import { TableMeasurer } from '../../../src/metrics/measurer.ts';
import { judgedDatabase, type JudgedRow, type RowOutcome } from '../judged-rows.ts';
import { linearized, measure } from '../measure.ts';

const [no, yes] = [{ label: 'no' }, { label: 'yes' }];
const failed = { error: 'timeout' };

describe('fpr', () => {
  test('counts alarms on negatives, over all negatives that were asked for', async () => {
    const rows = [
      ...of(no, 'no', yes, 6),
      ...of(yes, 'no', yes, 2),
      ...of(failed, 'no', yes, 2),
      ...of(no, 'yes', no, 90),
    ];
    expect(await measure(rows, 'fpr', 'own')).toMatchObject({ kind: 'proportion', value: 0.2, requests: 10 });
    expect(linearized(await measure(rows, 'fpr'))).toMatchObject({ baseline: 1, candidate: 0.2, requests: 10 });
  });

  test('with a truth that is neither of the two is uncomputable', async () => {
    const rows = [...of(no, 'no', no, 40), { unit: 99, label: 'maybe', candidate: no, baseline: no }];
    expect(await measure(rows, 'fpr')).toEqual({
      kind: 'uncomputable',
      reason: 'candidate: a true label that is neither of the two on 1 request',
    });
  });

  test('without a request of the negative label is uncomputable', async () => {
    expect((await measure(of(no, 'yes', no, 40), 'fpr')).kind).toBe('uncomputable');
  });
});

const outcomes: DecisionCosts = {
  kind: 'outcomes',
  falsePositive: 5,
  falseNegative: 200,
  truePositive: 3,
  trueNegative: 0,
};
const table: DecisionCosts = {
  kind: 'table',
  rows: { yes: { no: 200, review: 20, yes: 3 }, no: { yes: 5, review: 2 }, review: { no: 9, yes: 7 } },
};

describe('decision_cost', () => {
  const rows = [
    ...of(yes, 'yes', yes, 10), // 3 each
    ...of(no, 'yes', yes, 2), // 200 each
    ...of(failed, 'yes', yes, 1), // unanswered: the worst of its row, 200
    ...of(no, 'no', no, 80),
    ...of(yes, 'no', no, 5), // 5 each
    ...of(failed, 'no', no, 2), // 5 each
  ];
  const expected = (30 + 400 + 200 + 25 + 10) / 100;

  test.each([
    ['of the outcomes of two labels', outcomes],
    ['by a table', table],
  ])('is the mean cost %s, and without an answer the worst of its row', async (_, costs) => {
    for (const inMemory of [1000, 0]) {
      const found = await cost(rows, costs, 'difference', inMemory);
      expect(found).toMatchObject({
        baseline: expect.closeTo(0.39, 12),
        candidate: expect.closeTo(expected, 12),
        requests: 100,
      });
    }
  });

  test('of versions that decide alike is a difference of zero, which a dearer mistake may still hide behind', async () => {
    for (const inMemory of [1000, 0]) {
      const found = await cost(of(no, 'no', no, 400), outcomes, 'difference', inMemory);
      expect(found).toMatchObject({ value: 0, standardError: expect.closeTo((2 * 200) / 400, 12) });
    }
  });

  test('is the same in memory and in the database, floor and all', async () => {
    for (const quantity of ['own', 'difference', 'relative'] as const) {
      const [here, there] = [await cost(rows, outcomes, quantity, 1000), await cost(rows, outcomes, quantity, 0)];
      expect(there.standardError).toBeCloseTo(here.standardError, 12);
      expect(there).toMatchObject({
        value: expect.closeTo(here.value, 12),
        floorVariance: expect.closeTo(here.floorVariance, 12),
      });
      expect(here.floorVariance).toBeGreaterThan(0);
    }
  });
});

async function cost(
  rows: readonly JudgedRow[],
  costs: DecisionCosts,
  quantity: 'own' | 'difference' | 'relative',
  unitsInMemory: number,
) {
  const metric = { id: 'decision_cost', family: 'decision_cost', costs } as const;
  const judged = { db: await judgedDatabase(rows), name: 'judged' };
  const measurer = await TableMeasurer.over(judged, [metric], { unitsInMemory });
  return linearized(
    await measurer.measure({ metric, comparison: 'paired', slice: { cohort: 'all', segment: null } }, quantity),
  );
}

let nextUnit = 0;

/** Requests of a unit each with one truth: what the candidate and the baseline made of them. */
function of(candidate: RowOutcome, label: string, baseline: RowOutcome, count: number): JudgedRow[] {
  return Array.from({ length: count }, () => {
    nextUnit += 1;
    return { unit: nextUnit, label, isPositive: label === 'yes', candidate, baseline };
  });
}
