import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadOptions } from '../../../src/requests/values/read-options.ts';
import { LogFolder } from '../log-folder.ts';
import { evaluationOptions } from './evaluation-options.ts';

let logs: LogFolder;
let count = 0;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const result = (testIdx: number, provider: string, changes: object = {}) => ({
  promptIdx: provider === 'old' ? 0 : 1,
  testIdx,
  testCase: { vars: { q: `question ${testIdx}` } },
  provider: { id: provider, label: '' },
  vars: { q: `question ${testIdx}` },
  response: { output: `${provider} answers`, tokenUsage: { prompt: 20, completion: 7 } },
  failureReason: 0,
  score: 0.9,
  latencyMs: 420,
  gradingResult: { pass: true, score: 0.9, reason: 'good', namedScores: { helpful: 0.8 } },
  ...changes,
});

const document = (results: readonly object[]) =>
  `${JSON.stringify({ evalId: 'eval-1', results: { version: 3, timestamp: '2026-11-01T09:00:00.000Z', prompts: [], results } }, null, 2)}\n`;

async function readPromptfoo(results: readonly object[], changes: Partial<ReadOptions> = {}) {
  count += 1;
  logs.write(`results-${count}.json`, document(results));
  const servedAs = { old: 'baseline', new: 'candidate' } as const;
  const facts = await logs.read({
    files: [`results-${count}.json`],
    ...evaluationOptions('promptfoo', { servedAs, ...changes }),
  });
  return {
    facts,
    rows: await logs.db.rows('SELECT * EXCLUDE ("at"), "at"::VARCHAR AS "at" FROM requests ORDER BY id'),
  };
}

describe("promptfoo's results", () => {
  test('are a pair for each test, with scores, tokens, latency and the time of the evaluation', async () => {
    const { facts, rows } = await readPromptfoo([result(0, 'old'), result(0, 'new', { latencyMs: 500 })]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      id: '0',
      at: '2026-11-01 09:00:00',
      baseline_label: 'old answers',
      candidate_label: 'new answers',
      'candidate_score:helpful': 0.8,
      candidate_latency_ns: 500e6,
      baseline_input_tokens: 20,
      baseline_output_tokens: 7,
    });
    expect(facts.notes.join(' ')).toContain('1 example answered by both versions');
  });

  test('count a test that is repeated as one unit', async () => {
    const same = { testCase: { vars: { q: 'one' } }, vars: { q: 'one' } };
    const { rows } = await readPromptfoo(
      [0, 1].flatMap((each) => [result(each, 'old', same), result(each, 'new', same)]),
    );
    expect(rows.map(({ id }) => id)).toEqual(['0', '1']);
    expect(rows[0]?.['unit']).toBe(rows[1]?.['unit']);
  });

  test('tell a provider that failed from an assertion that did', async () => {
    const failed = {
      response: { error: 'API error: 503 Service Unavailable' },
      error: 'API error: 503',
      failureReason: 2,
    };
    const rejected = { error: 'The answer is rude', failureReason: 1, success: false };
    const { rows } = await readPromptfoo([
      result(0, 'old', failed),
      result(0, 'new', rejected),
      result(1, 'old', { ...failed, response: {}, error: 'Request timed out' }),
      result(1, 'new'),
      result(2, 'old', { ...failed, response: undefined, error: 'socket hang up' }),
      result(2, 'new'),
    ]);
    expect(rows.map((row) => row['baseline_error'])).toEqual(['http-503', 'timeout', 'provider-error']);
    expect(rows.map((row) => row['candidate_error'])).toEqual([null, null, null]);
  });

  test.each([
    [
      'that nothing was asserted of',
      { gradingResult: { pass: true, score: 1, reason: 'No assertions', namedScores: { helpful: 1 } } },
    ],
    ['whose grading failed', { failureReason: 2, error: 'Error: the grader is down' }],
    ['that was not graded', { gradingResult: null, score: 1 }],
  ])('have no score of an answer %s', async (_, changes) => {
    const { rows } = await readPromptfoo([result(0, 'old'), result(0, 'new', changes)]);
    expect(rows[0]).toMatchObject({
      'candidate_score:helpful': null,
      candidate_error: null,
      'baseline_score:helpful': 0.8,
    });
  });

  test('have no latency of an answer from a cache, and keep texts that look like something else', async () => {
    const cached = { response: { output: '{"text":"x"}', cached: true } };
    const { rows } = await readPromptfoo([
      result(0, 'old', cached),
      result(0, 'new', { response: { output: 'null' } }),
    ]);
    expect(rows[0]).toMatchObject({
      baseline_latency_ns: null,
      baseline_label: '{"text":"x"}',
      candidate_label: 'null',
    });
  });

  test('of which the same test asks something else conflict', async () => {
    const other = { testCase: { vars: { q: 'other' } }, vars: { q: 'other' } };
    const { facts } = await readPromptfoo([
      result(0, 'old'),
      result(0, 'new', other),
      result(1, 'old'),
      result(1, 'new'),
    ]);
    expect(facts.files[0]?.rejected).toEqual({ 'conflicting-copies': 2 });
  });

  test('of which one version alone answered some tests say so', async () => {
    const { facts } = await readPromptfoo([result(0, 'old'), result(0, 'new'), result(1, 'new')]);
    expect(facts.notes.join(' ')).toContain('0 by the baseline alone and 1 by the candidate alone are not compared');
  });

  test('without a test in common are an error that shows the ids', async () => {
    await expect(readPromptfoo([result(0, 'old'), result(7, 'new')])).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('no example has answers of both 1.0.0 and 1.1.0'),
      hint: expect.stringContaining('fields: { id: vars.id }'),
    });
  });

  test('of a provider that the plan does not name are an error that names those that are there', async () => {
    const servedAs = { old: 'baseline', newer: 'candidate' } as const;
    await expect(readPromptfoo([result(0, 'old'), result(0, 'new')], { servedAs })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('no answer is of 1.1.0; answers are of new, old'),
    });
  });

  test('that end in the middle are an error with their file', async () => {
    const whole = document([result(0, 'old'), result(0, 'new')]);
    logs.write('torn.json', whole.slice(0, -200));
    await expect(logs.read({ files: ['torn.json'], ...evaluationOptions('promptfoo') })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('torn.json'),
    });
  });

  test('as lines, and compressed, are the same', async () => {
    const results = [result(0, 'old'), result(0, 'new')];
    logs.writeRecords('lines.jsonl', results);
    logs.write('results.json.gz', document(results));
    const servedAs = { old: 'baseline', new: 'candidate' } as const;
    for (const file of ['lines.jsonl', 'results.json.gz']) {
      const { totals } = await logs.read({ files: [file], ...evaluationOptions('promptfoo', { servedAs }) });
      expect(totals).toMatchObject({ accepted: 1, rejected: 0 });
    }
  });
});
