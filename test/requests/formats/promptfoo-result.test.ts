import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../cli/harness.ts';
import { TestRollout } from '../../fixtures/test-rollout.ts';
import { LogFolder } from '../log-folder.ts';
import { evaluationOptions } from './evaluation-options.ts';

/**
 * What promptfoo 0.121.20 wrote with `eval --repeat 2 --output results.json`, without white space and with shorter paths in it: eight tests twice of
 * a JavaScript provider, labelled helper-old and helper-new. The newer one fails over `broken` and throws over `throws`; both
 * answer `silent` with an empty text and tell no tokens of it, and `cached` from a cache.
 */
const result = join(import.meta.dirname, 'promptfoo/results-0.121.json');

let logs: LogFolder;
const rows = new Map<string, Record<string, unknown>[]>();

beforeAll(async () => {
  logs = await LogFolder.open();
  copyFileSync(result, join(logs.path, 'results.json'));
  const scores = ['helpful', 'correct', 'tone', 'score', 'pass', 'cost'].map((name) => ({
    name,
    from: 'outcome' as const,
  }));
  await logs.read({
    files: ['results.json'],
    input: true,
    ...evaluationOptions('promptfoo', {
      servedAs: { 'helper-old': 'baseline', 'helper-new': 'candidate' },
      wantedValues: { numbers: ['input_tokens', 'output_tokens', 'first_token_ms'], kpis: [], scores },
    }),
  });
  for (const row of await logs.db.rows(
    'SELECT * EXCLUDE ("at"), "at"::VARCHAR AS "at" FROM requests ORDER BY id::INTEGER',
  )) {
    const { question } = JSON.parse(String(row['input']));
    rows.set(question, [...(rows.get(question) ?? []), row]);
  }
});
afterAll(() => logs.close());

function rowOf(question: string): Record<string, unknown> {
  const [row] = rows.get(question) ?? [];
  if (row === undefined) throw new Error(`no test asks ${question}`);
  return row;
}

describe('a result of promptfoo 0.121', () => {
  it('has a request for each repeat of a test, all of which are one user', () => {
    expect([...rows.values()].map((repeats) => repeats.length)).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
    const users = [...rows.values()].map((repeats) => new Set(repeats.map(({ unit }) => unit)).size);
    expect(users).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(new Set([...rows.values()].flat().map(({ unit }) => unit)).size).toBe(8);
  });

  it('tells whose an answer is by the label of the provider, with its tokens, cost, latency and scores', () => {
    expect(rowOf('zwei – ⅔ of "6"')).toMatchObject({
      baseline_label: 'The answer to zwei – ⅔ of "6" is 4.',
      candidate_label: 'zwei – ⅔ of "6"? That is 4, and 4 it stays.',
      baseline_error: null,
      baseline_input_tokens: 12,
      candidate_output_tokens: 7,
      candidate_first_token_ms: 11,
      baseline_latency_ns: 25e6,
      candidate_latency_ns: 2e6,
      'baseline_score:cost': 0.001,
      'candidate_score:cost': 0.002,
      'baseline_score:correct': 1,
      'candidate_score:helpful': expect.closeTo(0.686, 3),
      'candidate_score:pass': 1,
      at: expect.stringMatching(/^2026-11-30 17:1\d:/u),
    });
  });

  it('has the mean of a metric that two assertions share by their weights', () => {
    expect(rowOf('weighted')).toMatchObject({
      'baseline_score:helpful': expect.closeTo((8 / 'The answer to weighted is 4.'.length + 0.5 + 3 * 0.25) / 4, 9),
      'baseline_score:tone': 0.7,
      'baseline_score:score': expect.closeTo(0.539, 3),
    });
  });

  it('tells an assertion that failed from a provider that did', () => {
    expect(rowOf('rude')).toMatchObject({
      candidate_error: null,
      'candidate_score:pass': 0,
      'candidate_score:correct': 1,
    });
    expect(rowOf('broken')).toMatchObject({ baseline_error: null, candidate_error: 'http-503', candidate_label: null });
    expect(rowOf('throws')).toMatchObject({ baseline_error: null, candidate_error: 'provider-error' });
  });

  it('has no latency of what a provider threw, which promptfoo writes as 0 ms, and none of a cached answer', () => {
    expect(rowOf('throws')).toMatchObject({ candidate_latency_ns: null });
    expect(rowOf('broken')).toMatchObject({ candidate_latency_ns: 6e6 });
    expect(rowOf('cached')).toMatchObject({ baseline_latency_ns: null, candidate_latency_ns: null });
  });

  it('has no tokens and no cost where nobody told them, which promptfoo adds up to 0', () => {
    for (const question of ['cached', 'silent'])
      expect(rowOf(question)).toMatchObject({
        baseline_input_tokens: null,
        baseline_output_tokens: null,
        candidate_input_tokens: null,
        'baseline_score:cost': null,
      });
  });

  it('has an empty text as an answer', () => {
    expect(rowOf('silent')).toMatchObject({ baseline_error: null, baseline_label: '', 'baseline_score:correct': 0 });
  });

  it('has no score of a test without assertions', () => {
    expect(rowOf('ungraded')).toMatchObject({
      'baseline_score:score': null,
      'baseline_score:helpful': null,
      label: null,
    });
  });

  it('becomes a plan by init, which plan accepts', async () => {
    const { folder } = new TestRollout();
    copyFileSync(result, join(folder, 'results.json'));
    const init = await run(['init', 'new', '--log', 'results.json'], { cwd: folder });
    expect(init).toMatchObject({ exitCode: 0 });
    expect(init.stdout).toMatch(/baseline +helper-old → 1\.0\.0\n +candidate +helper-new → 1\.1\.0/u);
    const plan = await run(['plan', 'new/rollout.yaml'], { cwd: folder });
    expect(plan).toMatchObject({ exitCode: 0 });
    expect(plan.stdout).toContain('16 requests by 8 users in 1 file, 0 rejected');
  });
});
