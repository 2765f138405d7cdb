import { describe, expect, test } from 'vitest';
import type { JudgedRow } from './judged-rows.ts';
import { linearized, measure } from './measure.ts';

/** Rows of one request per unit: the truth, then what each version said. */
function said(...rows: (readonly [truth: string, baseline: string, candidate: string])[]): JudgedRow[] {
  return rows.map(([label, baseline, candidate], unit) => ({
    unit,
    label,
    baseline: { label: baseline },
    candidate: { label: candidate },
  }));
}

const animals = said(
  ['cat', 'cat', 'cat'],
  ['dog', 'cat', 'dog'],
  ['cat', 'dog', 'cat'],
  ['dog', 'dog', 'cat'],
  ['cat', 'cat', 'dog'],
  ['cow', 'cow', 'cow'],
);

describe('precision', () => {
  test('of each version is over what that version answered with the label', async () => {
    // The baseline said cat three times and was right twice; the candidate three times and was right twice, on others.
    expect(await measure(animals, 'precision(cat)')).toMatchObject({ baseline: 2 / 3, candidate: 2 / 3, value: 0 });
    expect(await measure(animals, 'precision(dog)')).toMatchObject({ baseline: 0.5, candidate: 0.5 });
  });

  test("the candidate's own is a proportion of its own answers", async () => {
    expect(await measure(animals, 'precision(cat)', 'own')).toMatchObject({
      kind: 'proportion',
      value: 2 / 3,
      requests: 3,
    });
  });

  test('denominators that differ give the difference of the two shares', async () => {
    const rows = said(['a', 'a', 'a'], ['a', 'b', 'a'], ['b', 'b', 'a'], ['b', 'a', 'b'], ['a', 'b', 'a']);
    const found = linearized(await measure(rows, 'precision(a)'));
    expect(found).toMatchObject({ baseline: 0.5, candidate: 0.75, units: 5 });
    expect(found.value).toBeCloseTo(0.25, 12);
    expect(linearized(await measure(rows, 'precision(a)', 'relative')).value).toBeCloseTo(0.5, 12);
  });

  test('of a label that nobody said is uncomputable', async () => {
    expect(await measure(animals, 'precision(horse)')).toEqual({
      kind: 'uncomputable',
      reason: 'no labelled request was answered with horse',
    });
  });

  test('served takes each version on its own users', async () => {
    const rows = [...animals, ...animals].map((row, unit) => ({ ...row, unit, inCanary: unit % 2 === 0 }));
    expect(await measure(rows, 'precision(cat)', 'difference', 'served')).toMatchObject({
      baseline: 0,
      candidate: 1,
    });
  });
});

describe('recall', () => {
  test('is over the requests whose true label it is', async () => {
    expect(await measure(animals, 'recall(cat)')).toMatchObject({ baseline: 2 / 3, candidate: 2 / 3, requests: 3 });
    expect(await measure(animals, 'recall(dog)')).toMatchObject({ baseline: 0.5, candidate: 0.5, requests: 2 });
  });

  test('of a label with a quote and parentheses is of that label', async () => {
    const rows = said(["it's (b)", "it's (b)", 'c'], ["it's (b)", 'c', 'c']).map((row) => ({
      ...row,
      label: "it''s (b)",
    }));
    const quoted = rows.map((row) => ({ ...row, baseline: { label: row.baseline?.label?.replace("'", "''") ?? '' } }));
    expect(await measure(quoted, "recall(it's (b))")).toMatchObject({ baseline: 0.5, candidate: 0 });
  });

  test('of a label that no request has is uncomputable', async () => {
    expect(await measure(animals, 'recall(horse)', 'own')).toEqual({
      kind: 'uncomputable',
      reason: 'no request with an outcome has the true label horse',
    });
  });
});

describe('macro_f1', () => {
  test('is the number of scikit-learn’s documented example', async () => {
    // sklearn.metrics.f1_score: y_true = [0, 1, 2, 0, 1, 2], y_pred = [0, 2, 1, 0, 0, 1], average='macro' gives 0.26…: 0.8 / 3.
    const truth = ['0', '1', '2', '0', '1', '2'];
    const answers = ['0', '2', '1', '0', '0', '1'];
    const rows = said(...truth.map((label, index) => [label, label, answers[index] ?? ''] as const));
    const found = linearized(await measure(rows, 'macro_f1'));
    expect(found.candidate).toBeCloseTo(0.8 / 3, 12);
    expect(found.baseline).toBe(1);
  });

  test('is the mean of one label’s F1 values where labels are equal in size', async () => {
    // cat: 2 hits, 3 answers, 3 truths; dog: 1, 2, 2; cow: 1, 1, 1.
    expect(linearized(await measure(animals, 'macro_f1')).baseline).toBeCloseTo((4 / 6 + 2 / 4 + 1) / 3, 12);
  });

  test('has the spread of its values without each user, and is refused until each label is known', async () => {
    const rows = Array.from({ length: 10 }, () => animals)
      .flat()
      .map((row, unit) => ({ ...row, unit }));
    const found = linearized(await measure(rows, 'macro_f1', 'own'));
    const without = (left: number) => {
      const f1 = ['cat', 'dog', 'cow'].map((label) => {
        const rest = rows.filter(({ unit }) => unit !== left);
        const hits = rest.filter((row) => row.label === label && row.candidate?.label === label).length;
        const sizes =
          rest.filter((row) => row.label === label).length +
          rest.filter((row) => row.candidate?.label === label).length;
        return (2 * hits) / sizes;
      });
      return f1.reduce((sum, one) => sum + one, 0) / 3;
    };
    const deviations = rows.map((_, unit) => found.value - without(unit));
    const variance = ((rows.length - 1) / rows.length) * deviations.reduce((sum, lift) => sum + lift * lift, 0);
    expect(found.standardError ** 2 - found.floorVariance).toBeCloseTo(variance, 12);
    expect(found.rarest).toEqual({ what: 'true requests of label cow', requests: 10 });
  });

  test('of equal versions has a difference of nothing, with a width that falls as the log grows', async () => {
    const few = linearized(await measure(equalVersions(20), 'macro_f1'));
    const many = linearized(await measure(equalVersions(40), 'macro_f1'));
    expect(few.value).toBe(0);
    expect(few.standardError).toBeGreaterThan(0);
    expect(many.standardError).toBeCloseTo(few.standardError / 2, 12);
  });
});

/** The animals over and over, of two versions that say the same. */
function equalVersions(times: number): JudgedRow[] {
  const rows = Array.from({ length: times }, () => animals).flat();
  return rows.map((row, unit) => ({ ...row, unit, candidate: row.baseline ?? {} }));
}
