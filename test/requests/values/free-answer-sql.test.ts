import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { quoteLiteral } from '../../../src/database/database.ts';
import { readFreeAnswer } from '../../../src/domain/scores/free-answer.ts';
import { freeAnswerSql } from '../../../src/requests/values/free-answer-sql.ts';
import { openDatabase } from '../../../src/database/database.ts';

const predictions: readonly unknown[] = [
  { ranking: ['a', 'b'] },
  ['a', 1],
  ['a', 'a'],
  [['a']],
  'x',
  { text: 'hi' },
  { text: '' },
  { text: 5 },
  { a: 1, b: [2] },
  [],
];

describe('a recorded answer of a free kind', () => {
  for (const kind of ['text', 'ranking', 'json'] as const) {
    it(`reads as the ${kind} that a replayed one reads as`, async () => {
      const db = await openDatabase({ tempFolder: tmpdir() });
      try {
        for (const prediction of predictions) {
          const written = typeof prediction === 'string' ? prediction : JSON.stringify(prediction);
          const [row] = await db.rows(
            `SELECT ${freeAnswerSql('p', kind)} AS answer FROM (SELECT ${quoteLiteral(written)} AS p)`,
          );
          const replayed = readFreeAnswer(kind, prediction);
          // A text that is recorded as JSON of another shape is that JSON's text, since a log does not tell the two apart.
          const expected = 'text' in replayed ? replayed.text : kind === 'text' ? written : null;
          expect([written, row?.['answer']]).toEqual([written, expected]);
        }
      } finally {
        await db.close();
      }
    });
  }
});
