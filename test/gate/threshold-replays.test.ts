import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Thresholds } from '../../src/domain/threshold.ts';
import { answerByThreshold } from '../../src/gate/rollout/threshold-answers.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';

type Rollout = Parameters<typeof answerByThreshold>[2];

function rolloutOf(threshold: Thresholds): Rollout {
  return { plan: { threshold }, baseline: version('1'), candidate: version('2') };
}

/** A replay's outcomes: [error, label, score of the label, score of the second label]. */
async function outcomes(
  ...rows: readonly (readonly [string | null, string | null, number | null, number | null])[]
): Promise<Database> {
  const db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-replayed-')) });
  onTestFinished(() => db.close());
  await db.run(
    'CREATE TABLE outcomes (seq BIGINT, error VARCHAR, label VARCHAR, score DOUBLE, positive_score FLOAT, detail VARCHAR)',
  );
  const values = rows.map((row, seq) => `(${seq}, ${row.map(sqlOf).join(', ')}, NULL)`);
  await db.run(`INSERT INTO outcomes VALUES ${values.join(', ')}`);
  return db;
}

const answers = 'SELECT error, label, round(score, 6) AS score FROM outcomes ORDER BY seq';

test('a replayed model answers its second label from the threshold on, which single precision does not move', async () => {
  const db = await outcomes(
    [null, 'fraud', 0.7, 0.7],
    [null, 'legit', 0.58, 0.42],
    [null, 'legit', 0.59, 0.41],
    ['timeout', null, null, null],
  );
  await answerByThreshold(db, 'outcomes', rolloutOf({ candidate: 0.42 }), 'candidate');
  expect(await db.rows(answers)).toEqual([
    { error: null, label: 'fraud', score: 0.7 },
    { error: null, label: 'fraud', score: 0.42 },
    { error: null, label: 'legit', score: 0.59 },
    { error: 'timeout', label: null, score: null },
  ]);
});

test('a version without a threshold keeps its answers', async () => {
  const db = await outcomes([null, 'legit', 0.58, 0.42]);
  await answerByThreshold(db, 'outcomes', rolloutOf({ candidate: 0.42 }), 'baseline');
  expect(await db.rows(answers)).toEqual([{ error: null, label: 'legit', score: 0.58 }]);
});

test('of two labels the score of the answer tells the other’s, and an answer without any is the error bad-outcome', async () => {
  const db = await outcomes([null, 'legit', 0.6, null], [null, 'fraud', 0.2, null], [null, 'fraud', null, null]);
  await answerByThreshold(db, 'outcomes', rolloutOf(0.3), 'candidate');
  expect(await db.rows(answers)).toEqual([
    { error: null, label: 'fraud', score: 0.4 },
    { error: null, label: 'legit', score: 0.8 },
    { error: 'bad-outcome', label: null, score: null },
  ]);
});

test('a model whose answers have no score is refused', async () => {
  const db = await outcomes([null, 'legit', null, null], [null, 'fraud', null, null]);
  await expect(answerByThreshold(db, 'outcomes', rolloutOf(0.5), 'candidate')).rejects.toMatchObject({
    exitCode: 5,
    message: 'threshold: 2 of 2 answers of the model by 2 have no score to compare with it',
  });
});

function sqlOf(value: string | number | null): string {
  return typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL');
}

function version(name: string) {
  return {
    version: name,
    entry: {
      status: 'registered' as const,
      artifact: { runtime: 'tfjs' as const, path: 'models/1', sha256: '0'.repeat(64) },
      signature: { output: { kind: 'classification' as const, labels: ['legit', 'fraud'] } },
    },
  };
}
