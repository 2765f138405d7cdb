import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kpiColumn, noWantedValues, type WantedValues } from '../../../src/requests/values/wanted-values.ts';
import { bothVersions, LogFolder, record } from '../log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

/** The row that a record with this label and this prediction of the candidate becomes. */
async function rowOf(
  wantedValues: WantedValues | undefined,
  label: string,
  prediction: unknown,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const outcomes = { '1.4.2': { prediction: 'refund' }, '1.5.0': { prediction } };
  logs.writeRecords('one.jsonl', [record('r1', { label, outcomes, ...fields })]);
  await logs.read({
    files: ['one.jsonl'],
    recorded: bothVersions,
    ...(wantedValues === undefined ? {} : { wantedValues }),
  });
  const [row] = await logs.db.rows('SELECT * FROM requests');
  return row;
}

const scores: WantedValues = { ...noWantedValues, numbers: ['true_score', 'positive_score'] };
const binary: WantedValues = { ...scores, binary: ['ham', 'spam'] };

describe('the score of the true label', () => {
  test.each<[string, WantedValues, string, unknown, number | null]>([
    ['is found among the scores', scores, 'b', { scores: { a: 0.75, b: 0.25 } }, 0.25],
    [
      'is found whatever is in the label',
      scores,
      `it's a/b.c~"d"`,
      { scores: { a: 0.5, [`it's a/b.c~"d"`]: 0.5 } },
      0.5,
    ],
    ['is not known of a label without a score', scores, 'c', { scores: { a: 0.75, b: 0.25 } }, null],
    ['is the score of an answer that is right', scores, 'a', { label: 'a', score: 0.75 }, 0.75],
    ['is not known of an answer that is wrong', scores, 'b', { label: 'a', score: 0.75 }, null],
    ['is not known of an answer without a score', scores, 'a', 'a', null],
    ['is the rest of two labels', binary, 'spam', { label: 'ham', score: 0.75 }, 0.25],
    ['is not known of a third label', binary, 'eggs', { label: 'ham', score: 0.75 }, null],
  ])('%s', async (_, wantedValues, label, prediction, expected) => {
    expect(await rowOf(wantedValues, label, prediction)).toMatchObject({ candidate_true_score: expected });
  });
});

describe('the score of the positive label', () => {
  test.each<[unknown, number | null]>([
    [{ scores: { ham: 0.9, spam: 0.2 } }, 0.2],
    [{ label: 'spam', score: 0.75 }, 0.75],
    [{ label: 'ham', score: 0.75 }, 0.25],
    ['ham', null],
  ])('of %j', async (prediction, expected) => {
    expect(await rowOf(binary, 'ham', prediction)).toMatchObject({ candidate_positive_score: expected });
  });
});

describe('a number of the log', () => {
  test.each<[unknown, number | null]>([
    [12.5, 12.5],
    ['12.5', 12.5],
    [true, 1],
    [false, 0],
    [0, 0],
    [null, null],
    ['', null],
    ['free', Number.NaN],
    ['Infinity', Number.NaN],
    [{ amount: 3 }, Number.NaN],
  ])('%j', async (paid, expected) => {
    const row = await rowOf({ ...noWantedValues, kpis: ['context.paid'] }, 'refund', 'refund', { context: { paid } });
    expect(row?.[kpiColumn('context.paid')]).toEqual(expected);
  });
});

test('what no metric needs takes no room', async () => {
  const columns = Object.keys((await rowOf(undefined, 'refund', { scores: { refund: 1 } })) ?? {});
  expect(columns.filter((column) => /true|positive|kpi/u.test(column))).toEqual([]);
});
