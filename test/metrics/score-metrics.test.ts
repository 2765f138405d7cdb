import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largestLogLoss } from '../../src/domain/metric.ts';
import { meanMetricOf } from '../../src/metrics/families/definitions.ts';
import { PlacementValues } from '../../src/metrics/families/ranking/placement-values.ts';
import { rankedUnits } from '../../src/metrics/families/ranking/ranked-units.ts';
import type { JudgedRow } from './judged-rows.ts';
import { linearized, measure } from './measure.ts';

describe('log_loss', () => {
  test('is the number of scikit-learn’s documented example', async () => {
    // sklearn.metrics.log_loss(["spam", "ham", "ham", "spam"], [[.1, .9], [.9, .1], [.8, .2], [.35, .65]]) gives 0.21616…
    const found = await measure(scored([0.5, 0.9], [0.25, 0.9], [0.5, 0.8], [0.5, 0.65]), 'log_loss');
    expect(linearized(found).candidate).toBeCloseTo(0.21616, 5);
    expect(linearized(found).baseline).toBeCloseTo((3 * Math.log(2) + Math.log(4)) / 4, 12);
  });

  test('is of numbers that lie apart as far as its row says, which tells what a few requests may hide', () => {
    expect(meanMetricOf({ id: 'log_loss', family: 'log_loss' })?.range).toBe(largestLogLoss);
  });

  test('of a true label that was given no chance is finite', async () => {
    const found = linearized(await measure(scored([0.5, 0], [0.5, 0.5]), 'log_loss'));
    expect(found.candidate).toBeCloseTo((15 * Math.log(10) + Math.log(2)) / 2, 9);
  });

  test('where some answer has no score is uncomputable, since the others would not be a fair sample', async () => {
    const rows = [
      ...scored([0.5, 0.5], [0.5, 0.4]),
      { unit: 2, label: 'no', baseline: { label: 'no', true_score: 1 }, candidate: { label: 'yes' } },
    ];
    expect(await measure(rows, 'log_loss')).toEqual({
      kind: 'uncomputable',
      reason: 'candidate: no score of the true label on 1 request',
    });
  });
});

describe('auc', () => {
  test('is the number of scikit-learn’s documented example', async () => {
    // sklearn.metrics.roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) gives 0.75.
    const found = linearized(await measure(ranked([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 'auc'));
    expect(found).toMatchObject({ baseline: 1, candidate: 0.75, value: -0.25, requests: 4 });
  });

  test('counts a tie half', async () => {
    expect(linearized(await measure(ranked([0, 0, 1, 1], [0.5, 0.2, 0.5, 0.9]), 'auc')).candidate).toBe(0.875);
  });

  test('without a request of either label is uncomputable', async () => {
    expect((await measure(ranked([1, 1, 1], [0.5, 0.2, 0.5]), 'auc')).kind).toBe('uncomputable');
  });

  test('has as many effective units as units with the rarer label, since it compares the two', async () => {
    const labels = Array.from({ length: 200 }, (_, unit) => (unit < 12 ? 1 : 0));
    const scores = labels.map((label, unit) => 0.3 * label + ((unit * 37) % 101) / 101);
    expect(linearized(await measure(ranked(labels, scores), 'auc', 'own'))).toMatchObject({
      units: 200,
      effectiveUnits: 12,
    });
  });

  test('of scores that no request contradicts still has a width', async () => {
    const labels = Array.from({ length: 200 }, (_, unit) => unit % 2);
    const found = linearized(await measure(ranked(labels, labels), 'auc', 'own'));
    // (2 / n)^2 with two labels of n / 2 each is doubled: a wrong request moves the area by 2 / n.
    expect(found).toMatchObject({ value: 1, standardError: expect.closeTo(4 / 200, 12) });
  });

  test('with a true label that is neither of the two is uncomputable', async () => {
    const rows = [
      ...ranked([0, 1], [0.1, 0.2]),
      {
        unit: 9,
        label: 'c',
        candidate: { label: 'a', positive_score: 0.1 },
        baseline: { label: 'a', positive_score: 0.1 },
      },
    ];
    expect(await measure(rows, 'auc', 'own')).toMatchObject({
      reason: 'candidate: no score of the positive label, or a true label that is neither of the two, on 1 request',
    });
  });

  test('is moved by a request of its own user by what it loses without it', () => {
    const row = fc.record({
      score: fc.integer({ min: 0, max: 6 }),
      positive: fc.integer({ min: 0, max: 1 }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 40 }), (rows, chunk) => {
        const units = rankedUnits(
          Float64Array.from(rows, () => 1),
          Float64Array.from(rows, ({ positive }) => positive),
        );
        const placements = new PlacementValues(units);
        const order = [...rows.keys()].toSorted((one, other) => (rows[other]?.score ?? 0) - (rows[one]?.score ?? 0));
        for (let from = 0; from < order.length; from += chunk) {
          const part = order.slice(from, from + chunk);
          const column = (name: 'score' | 'positive') => Float64Array.from(part, (at) => rows[at]?.[name] ?? 0);
          placements.addInOrder(column('score'), Float64Array.from(part), column('positive'));
        }
        const { value, moved } = placements.area();
        expect(rounded(value)).toBe(rounded(areaOf(rows)));
        for (const unit of rows.keys()) {
          const rest = areaOf(rows.filter((_, at) => at !== unit));
          if (!Number.isNaN(rest)) expect(moved[unit]).toBeCloseTo(value - rest, 11);
        }
      }),
    );
  });
});

/** By its definition, over every pair. */
function areaOf(rows: readonly { readonly score: number; readonly positive: number }[]): number {
  const positives = rows.filter(({ positive }) => positive === 1);
  const negatives = rows.filter(({ positive }) => positive === 0);
  const won = positives.flatMap((one) =>
    negatives.map((other) => (one.score > other.score ? 1 : one.score === other.score ? 0.5 : 0)),
  );
  return won.reduce<number>((sum, half) => sum + half, 0) / (positives.length * negatives.length);
}

/** To twelve decimals; NaN stays what it is. */
function rounded(value = Number.NaN): number {
  return Math.round(value * 1e12) / 1e12;
}

/** Requests of a unit each: the score of the true label by each version. */
function scored(...scores: (readonly [baseline: number, candidate: number])[]): JudgedRow[] {
  return scores.map(([baseline, candidate], unit) => ({
    unit,
    label: 'yes',
    baseline: { label: 'yes', true_score: baseline },
    candidate: { label: 'yes', true_score: candidate },
  }));
}

/** Requests of a unit each: whether the label is the positive one, and the candidate's score. */
function ranked(truth: readonly number[], scores: readonly number[]): JudgedRow[] {
  return truth.map((positive, unit) => ({
    unit,
    label: positive === 1 ? 'b' : 'a',
    isPositive: positive === 1,
    baseline: { label: 'a', positive_score: positive === 1 ? 0.9 : unit / 1000 },
    candidate: { label: 'a', positive_score: scores[unit] ?? Number.NaN },
  }));
}
