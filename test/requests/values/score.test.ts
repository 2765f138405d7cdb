import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadOptions } from '../../../src/requests/values/read-options.ts';
import { defaultFields, LogFolder } from '../log-folder.ts';

let folder: LogFolder;

beforeAll(async () => {
  folder = await LogFolder.open();
});

afterAll(() => folder.close());

const wantedValues = { numbers: ['true_score', 'positive_score'], positives: true, kpis: [] } as const;

/** What is read of predictions of version 1, each with the truth yes. */
async function read(
  outcomes: readonly Readonly<Record<string, unknown>>[],
  { labels = ['no', 'yes'], threshold }: { readonly labels?: readonly string[]; readonly threshold?: number } = {},
) {
  folder.writeRecords(
    'log.jsonl',
    outcomes.map((outcome, index) => ({
      request_id: `r${index}`,
      timestamp: 1_790_000_000 + index,
      user_id: `u${index}`,
      label: labels.at(-1),
      outcomes: { 1: outcome },
    })),
  );
  return await rowsOf({ files: ['log.jsonl'], ...classified(labels, threshold) });
}

function classified(labels: readonly string[], threshold?: number): Partial<ReadOptions> {
  const reading = { labels, names: {} };
  return {
    recorded: { candidate: '1' },
    labels: { candidate: labels },
    values: { truths: reading, answers: { candidate: reading }, fine: [] },
    ...(threshold === undefined ? {} : { thresholds: { candidate: threshold } }),
    wantedValues: {
      ...wantedValues,
      ...(labels.length === 2 ? { binary: [labels[0] ?? '', labels[1] ?? ''] as const } : {}),
    },
  };
}

async function rowsOf(options: Partial<ReadOptions> & Pick<ReadOptions, 'files'>) {
  const facts = await folder.read(options);
  const rows = await folder.db.rows(
    `SELECT candidate_error AS error, candidate_label AS label, candidate_score AS score, candidate_positive_score AS positive,
       candidate_true_score AS truth FROM requests ORDER BY "at"`,
  );
  return { rows, reading: facts.reading };
}

describe('a score in the place of a prediction', () => {
  test('is with a threshold that of the second label, which it makes the answer from its value on', async () => {
    const { rows } = await read([{ prediction: 0.93 }, { prediction: '0.42' }, { prediction: 0.41 }], {
      threshold: 0.42,
    });
    expect(rows).toEqual([
      { error: null, label: 'yes', score: 0.93, positive: 0.93, truth: 0.93 },
      { error: null, label: 'yes', score: 0.42, positive: 0.42, truth: 0.42 },
      { error: null, label: 'no', score: 0.59, positive: 0.41, truth: 0.41 },
    ]);
  });

  test('is without one no label', async () => {
    const { reading } = await read([{ prediction: 0.93 }, { prediction: 0.2 }, { prediction: 'no' }]);
    expect(reading.answers.candidate).toMatchObject({
      requests: 3,
      unknown: 2,
      examples: [{ value: '0.2' }, { value: '0.93' }],
    });
  });

  test('of the labels 0 and 1 answers the label that it is, also where it is 0 or 1', async () => {
    const scores = [{ prediction: 1 }, { prediction: '0.0' }, { prediction: 0.7 }, { prediction: 0.2 }];
    const { rows } = await read(scores, { labels: ['0', '1'], threshold: 0.5 });
    expect(rows.map(({ label, positive }) => [label, positive])).toEqual([
      ['1', 1],
      ['0', 0],
      ['1', 0.7],
      ['0', 0.2],
    ]);
  });

  test('of other labels that are numbers is none where it is a label', async () => {
    const { rows, reading } = await read([{ prediction: '1' }, { prediction: 0.7 }], {
      labels: ['1', '2'],
      threshold: 0.5,
    });
    expect(rows.map(({ error, label }) => [error, label])).toEqual([
      ['bad-outcome', '1'],
      [null, '2'],
    ]);
    expect(reading.outcomes.candidate).toMatchObject({ unscored: 1 });
  });

  test('that is not a probability is the error bad-outcome, up to what is rounding', async () => {
    const { rows, reading } = await read([{ prediction: 3.2 }, { prediction: -0.2 }, { prediction: 1.0004 }], {
      threshold: 0.5,
    });
    expect(rows.map(({ error }) => error)).toEqual(['bad-outcome', 'bad-outcome', null]);
    expect(rows[2]).toMatchObject({ label: 'yes', score: 1 });
    expect(reading.outcomes.candidate).toMatchObject({ requests: 3, outOfRange: 2 });
  });
});

describe('a threshold', () => {
  test('is held against every form of a score', async () => {
    const { rows } = await read(
      [
        { prediction: { label: 'no', score: 0.6 } },
        { prediction: { scores: { no: 0.7, yes: 0.3 } } },
        { prediction: { scores: { no: 0.71 } } },
        { prediction: 'no', score: 0.35 },
        { prediction: { label: 'yes', score: 0.1 } },
        { score: 0.4 },
      ],
      { threshold: 0.3 },
    );
    expect(rows.map(({ error, label, positive }) => [error, label, positive])).toEqual([
      [null, 'yes', 0.4],
      [null, 'yes', 0.3],
      [null, 'no', 0.29],
      [null, 'yes', 0.35],
      [null, 'no', 0.1],
      [null, 'yes', 0.4],
    ]);
  });

  test('counts an answer without a score as the error bad-outcome', async () => {
    const { rows, reading } = await read([{ prediction: 'yes' }, { prediction: 'no' }, { error: 'timeout' }], {
      threshold: 0.5,
    });
    expect(rows.map(({ error }) => error)).toEqual(['bad-outcome', 'bad-outcome', 'timeout']);
    expect(reading.outcomes.candidate).toMatchObject({ requests: 3, unscored: 2, failed: 3 });
  });
});

describe('a score beside the prediction', () => {
  test('is of two labels that of the second', async () => {
    const { rows } = await read([
      { prediction: 'no', score: 0.1 },
      { prediction: 'yes', score: 0.8 },
    ]);
    expect(rows).toEqual([
      { error: null, label: 'no', score: 0.9, positive: 0.1, truth: 0.1 },
      { error: null, label: 'yes', score: 0.8, positive: 0.8, truth: 0.8 },
    ]);
  });

  test('is of more labels that of the prediction', async () => {
    const { rows } = await read(
      [
        { prediction: 'b', score: 0.6 },
        { prediction: 'c', score: 0.7 },
      ],
      { labels: ['a', 'b', 'c'] },
    );
    expect(rows.map(({ label, score, truth }) => [label, score, truth])).toEqual([
      ['b', 0.6, null],
      ['c', 0.7, 0.7],
    ]);
  });

  test('that is not a number, or no probability, is the error bad-outcome', async () => {
    const { rows } = await read([
      { prediction: 'no', score: 'high' },
      { prediction: 'no', score: 93 },
      { prediction: { scores: { no: -2.1, yes: 2.4 } } },
      { prediction: 'no', score: null },
    ]);
    expect(rows.map(({ error }) => error)).toEqual(['bad-outcome', 'bad-outcome', 'bad-outcome', null]);
  });

  test('is a column of the log of a live split', async () => {
    folder.write(
      'split.csv',
      'request_id,timestamp,user_id,label,model,fraud_score,failed\nr1,2026-11-01T09:00:00Z,u1,yes,1,0.5,\nr2,2026-11-01T09:00:01Z,u2,yes,1,0.49,\nr3,2026-11-01T09:00:02Z,u3,yes,1,,timeout\n',
    );
    const served = {
      by: 'model',
      latency: 'latency_ms',
      error: 'failed',
      prediction: 'prediction',
      score: 'fraud_score',
    };
    const { rows } = await rowsOf({
      files: ['split.csv'],
      fields: { ...defaultFields, served },
      ...classified(['no', 'yes'], 0.5),
      recorded: { baseline: '0', candidate: '1' },
    });
    expect(rows.map(({ error, label, positive }) => [error, label, positive])).toEqual([
      [null, 'yes', 0.5],
      [null, 'no', 0.49],
      ['timeout', null, null],
    ]);
  });
});
