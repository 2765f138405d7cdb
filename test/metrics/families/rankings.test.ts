import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AlertRecall } from '../../../src/metrics/families/ranking/alert-recall.ts';
import { PrecisionCurve } from '../../../src/metrics/families/ranking/precision-curve.ts';
import { type RankedUnits, rankedUnits } from '../../../src/metrics/families/ranking/ranked-units.ts';
import type { JudgedRow } from '../judged-rows.ts';
import { linearized, measure } from '../measure.ts';

describe('pr_auc', () => {
  // sklearn.metrics.average_precision_score of scikit-learn 1.9.1, of the same requests.
  test.each([
    ['its documented example', [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.8333333333333333],
    ['scores that are all one', [0, 1, 0, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.5], 0.4],
    ['a positive tied with a negative above the rest', [1, 0, 0, 1], [0.9, 0.9, 0.1, 0.5], 0.5833333333333333],
    ['scores of eight levels', ...coarse(), 0.8153361344537815],
    ['scores that hardly tie', ...fine(), 0.45198895842208087],
  ] as const)('is scikit-learn’s average precision: %s', async (_, truth, scores, expected) => {
    expect(linearized(await measure(ranked(truth, scores), 'pr_auc')).candidate).toBeCloseTo(expected, 13);
  });

  test('compares two versions on the same requests, and on those that each served', async () => {
    const [truth, scores] = fine();
    const rows = ranked(truth, scores);
    const paired = linearized(await measure(rows, 'pr_auc'));
    expect(paired).toMatchObject({ baseline: 1, value: expect.closeTo(0.45198895842208087 - 1, 12) });
    const split = rows.map((row, unit) => ({ ...row, inCanary: unit % 2 === 0 }));
    const served = linearized(await measure(split, 'pr_auc', 'difference', 'served'));
    expect(served.requests).toBe(500);
    expect(served.standardError).toBeGreaterThan(paired.standardError);
  });

  test('of versions that rank alike is no difference, with a width', async () => {
    const [truth, scores] = fine();
    const alike = ranked(truth, scores).map((row) => ({ ...row, baseline: { label: 'a', ...row.candidate } }));
    const found = linearized(await measure(alike, 'pr_auc'));
    expect(found.value).toBe(0);
    // 35 positives: two negatives above them all take 2 (1 / P) sum 1 / (k + 1) each.
    const step = Array.from({ length: 35 }, (_, k) => 1 / (k + 2)).reduce((sum, part) => sum + part, 0) / 35;
    expect(found.standardError).toBeCloseTo(2 * step, 2);
  });

  test('without a request of the positive label is uncomputable', async () => {
    expect((await measure(ranked([0, 0, 0], [0.5, 0.2, 0.5]), 'pr_auc')).kind).toBe('uncomputable');
  });
});

describe('recall_at_alerts', () => {
  // sklearn.metrics.roc_curve (1.9.1, drop_intermediate=False), its true positive rate interpolated at the share of alarms: between two
  // thresholds it is linear, which is what a random choice among the requests that tie at the cut finds on average.
  test.each([
    ['5%', coarse(), 0.15],
    ['0.1', coarse(), 0.3],
    ['25%', coarse(), 0.6136363636363636],
    ['50%', coarse(), 0.861111111111111],
    ['1%', fine(), 0.14285714285714285],
    ['3.3%', fine(), 0.34285714285714286],
    ['20%', fine(), 0.45714285714285713],
  ] as const)('at %s is the recall of scikit-learn’s ROC curve', async (rate, [truth, scores], expected) => {
    const found = linearized(await measure(ranked(truth, scores), `recall_at_alerts(${rate})`));
    expect(found.candidate).toBeCloseTo(expected, 13);
  });

  test('of the same alarms is no difference, and may still hide two positives', async () => {
    const [truth, scores] = fine();
    const alike = ranked(truth, scores).map((row) => ({ ...row, baseline: { label: 'a', ...row.candidate } }));
    expect(linearized(await measure(alike, 'recall_at_alerts(20%)'))).toMatchObject({
      value: 0,
      standardError: expect.closeTo(2 / 35, 12),
    });
  });
});

const row = fc.record({
  score: fc.integer({ min: 0, max: 6 }),
  unit: fc.integer({ min: 0, max: 3 }),
  positive: fc.integer({ min: 0, max: 1 }),
});
type Row = { readonly score: number; readonly unit: number; readonly positive: number };
const rows = fc.array(row, { minLength: 1, maxLength: 40 });

test('average precision is that of its definition, however the scores come in', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 40 }), (drawn, chunk) => {
      const curve = feed(new PrecisionCurve(unitsOf(drawn)), drawn, chunk);
      expect(rounded(curve.average().value)).toBe(rounded(averagePrecisionOf(drawn)));
    }),
  );
});

test('recall at a share of alarms is that of its definition, however the scores come in', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 99 }), (drawn, chunk, percent) => {
      const recall = feed(new AlertRecall(percent / 100, unitsOf(drawn)), drawn, chunk);
      expect(rounded(recall.recall().value)).toBe(rounded(recallOf(drawn, percent / 100)));
    }),
  );
});

describe('what users move', () => {
  const [truth, scores] = fine();
  const drawn = truth.map((positive, at) => ({ positive, score: scores[at] ?? 0, unit: Math.floor(at / 2) }));
  const lostWithout = (valueOf: (drawn: readonly Row[]) => number) =>
    Array.from({ length: 250 }, (_, unit) => valueOf(drawn) - valueOf(drawn.filter((one) => one.unit !== unit)));

  test('average precision by adds up to nothing, and is what it loses without them', () => {
    const { moved } = feed(new PrecisionCurve(unitsOf(drawn)), drawn, 100).average();
    const lost = lostWithout(averagePrecisionOf);
    expect(Math.abs(moved.reduce((sum, one) => sum + one, 0))).toBeLessThan(0.01);
    for (const [unit, one] of moved.entries()) expect(Math.abs(one - (lost[unit] ?? 0))).toBeLessThan(0.003);
    expect(variance(moved) / variance(lost)).toBeCloseTo(1, 1);
  });

  test('recall by is about what it loses without them, the cut included', () => {
    const { moved } = feed(new AlertRecall(0.2, unitsOf(drawn)), drawn, 100).recall();
    const lost = lostWithout((some) => recallOf(some, 0.2));
    expect(Math.abs(moved.reduce((sum, one) => sum + one, 0))).toBeLessThan(0.01);
    expect(variance(moved) / variance(lost)).toBeGreaterThan(0.8);
    expect(variance(moved) / variance(lost)).toBeLessThan(1.25);
  });
});

function variance(moved: Iterable<number>): number {
  return [...moved].reduce((sum, one) => sum + one * one, 0);
}

function feed<Ranking extends Pick<PrecisionCurve, 'addInOrder'>>(
  ranking: Ranking,
  drawn: readonly Row[],
  chunk: number,
): Ranking {
  const sorted = drawn.toSorted((one, other) => other.score - one.score);
  for (let from = 0; from < sorted.length; from += chunk) {
    const part = sorted.slice(from, from + chunk);
    const column = (name: keyof Row) => Float64Array.from(part, (one) => one[name]);
    ranking.addInOrder(column('score'), column('unit'), column('positive'));
  }
  return ranking;
}

function unitsOf(drawn: readonly Row[]): RankedUnits {
  const units = Math.max(...drawn.map(({ unit }) => unit)) + 1;
  const [requests, positives] = [new Float64Array(units), new Float64Array(units)];
  for (const { unit, positive } of drawn) {
    requests[unit] = (requests[unit] ?? 0) + 1;
    positives[unit] = (positives[unit] ?? 0) + positive;
  }
  return rankedUnits(requests, positives);
}

/** By its definition, threshold by threshold. */
function averagePrecisionOf(drawn: readonly Row[]): number {
  const positives = drawn.filter(({ positive }) => positive === 1);
  const precisions = positives.map(({ score }) => {
    const alarms = drawn.filter((one) => one.score >= score);
    return alarms.filter(({ positive }) => positive === 1).length / alarms.length;
  });
  return precisions.reduce((sum, precision) => sum + precision, 0) / positives.length;
}

/** As the chance of each positive to be among the alarms, where a tie at the cut is drawn by lot. */
function recallOf(drawn: readonly Row[], rate: number): number {
  const alarms = rate * drawn.length;
  const positives = drawn.filter(({ positive }) => positive === 1);
  const chances = positives.map(({ score }) => {
    const above = drawn.filter((one) => one.score > score).length;
    const tied = drawn.filter((one) => one.score === score).length;
    return Math.min(1, Math.max(0, (alarms - above) / tied));
  });
  return chances.reduce((sum, chance) => sum + chance, 0) / positives.length;
}

/** To eleven decimals; NaN stays what it is. */
function rounded(value = Number.NaN): number {
  return Math.round(value * 1e11) / 1e11;
}

/** Requests of a unit each: whether the label is the positive one, and the candidate's score. The baseline ranks without a mistake. */
function ranked(truth: readonly number[], scores: readonly number[]): JudgedRow[] {
  return truth.map((positive, unit) => ({
    unit,
    label: positive === 1 ? 'b' : 'a',
    isPositive: positive === 1,
    baseline: { label: 'a', positive_score: positive === 1 ? 0.9 : 0.1 },
    candidate: { label: 'a', positive_score: scores[unit] ?? Number.NaN },
  }));
}

/** 60 requests, 20 of them positive, with scores of eight levels. */
function coarse(): [number[], number[]] {
  const drawn = uniform(120, 7);
  const truth = evenOf(drawn).map((u) => (u < 0.25 ? 1 : 0));
  return [truth, oddOf(drawn).map((u, at) => Math.floor((u * 0.7 + 0.3 * (truth[at] ?? 0)) * 8) / 8)];
}

/** 500 requests, 35 of them positive. */
function fine(): [number[], number[]] {
  const drawn = uniform(1000, 11);
  const first = evenOf(drawn);
  const truth = first.map((u) => (u < 0.05 ? 1 : 0));
  return [truth, oddOf(drawn).map((u, at) => (truth[at] === 1 ? u * 0.6 + 0.4 * (first[at] ?? 0) * 20 : u * 0.6))];
}

/** Park and Miller's generator, which is two lines in any language. */
function uniform(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  });
}

function evenOf(values: readonly number[]): number[] {
  return values.filter((_, at) => at % 2 === 0);
}

function oddOf(values: readonly number[]): number[] {
  return values.filter((_, at) => at % 2 === 1);
}
