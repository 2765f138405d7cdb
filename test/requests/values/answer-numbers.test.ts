import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase, quoteLiteral } from '../../../src/database/database.ts';
import { type RowScores, scoredIn } from '../../../src/domain/scores/answer-numbers.ts';
import { scoresOfAnswer } from '../../../src/requests/table/outcome-sql.ts';

const labels = ['ham', 'spam'] as const;
let db: Database;

beforeAll(async () => {
  db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-numbers-')) });
});

afterAll(() => db.close());

const truths = [...labels, 'eggs'];

function rowOf(scores: readonly number[], truth: string): RowScores {
  const scoreOf = (label: number) => scores[label] ?? Number.NaN;
  return { labels: scores.length, scoreOf, truth: labels.findIndex((label) => label === truth), positive: 1 };
}

describe.each(scoredIn().map(([name, number]) => [name, number] as const))(
  '%s',
  (_, { ofRow, ofSql, ofRightAnswer, needsTruth }) => {
    test.each(truths.map((truth) => [truth]))(
      'is the same of an answer in a log as of a replayed one where the truth is %s',
      async (truth) => {
        const own = scoresOfAnswer(`'spam'`, '0.75::DOUBLE', quoteLiteral(truth), labels);
        const all = `MAP {'ham': 0.25::DOUBLE, 'spam': 0.75::DOUBLE}`;
        const known = { ...own, scores: all, scoreOf: (label: string) => `map_extract_value(${all}, ${label})` };
        const [row] = await db.rows(`SELECT ${ofSql(known)} AS logged, ${ofSql(own)} AS of_own`);
        const replayed = ofRow(rowOf([0.25, 0.75], truth));
        const expected = Number.isNaN(replayed) ? null : replayed;
        expect(row?.['logged']).toBe(expected);
        expect([expected, null]).toContain(row?.['of_own']);
      },
    );

    test('is not known of an answer without scores', () => {
      expect(ofRow(rowOf([], 'ham'))).toBeNaN();
    });

    test('says whether it needs the truth', () => {
      const told = labels.map((truth) => ofRow(rowOf([0.25, 0.75], truth)));
      expect(new Set(told).size > 1).toBe(needsTruth);
    });

    test.each(labels.map((label, index) => [label, index] as const))(
      'is planted as of an answer that is certain of %s',
      async (truth, index) => {
        const [row] = await db.rows(`SELECT ${ofRightAnswer} AS planted FROM (SELECT ${index === 1} AS is_positive)`);
        expect(row?.['planted']).toBe(ofRow(rowOf([index === 0 ? 1 : 0, index === 1 ? 1 : 0], truth)));
      },
    );
  },
);
