import { describe, expect, it } from 'vitest';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { guardHelpful, helpful, type ScoredLog, scoredLog, textOutput } from './logged-scores.ts';

async function evaluated(log: ScoredLog, plan = {}) {
  const rollout = new TestRollout({
    plan: { ...helpful, guardrails: guardHelpful, ...plan },
    version: textOutput,
    files: { 'log.jsonl': scoredLog({ requests: 800, ...log }) },
  });
  return await rollout.evaluate();
}

function scoreOf({ guardrails }: Awaited<ReturnType<typeof evaluated>>) {
  return guardrails[0];
}

const fails = (version: string, index: number) =>
  version === 'candidate' && index % 5 === 0 ? { prediction: undefined, error: 'timeout' } : {};

const wins = (share: number, first: boolean) => (index: number) => {
  const own = index % 10 === 9 ? 0.5 : index % 10 < share ? 1 : 0;
  return {
    preference: { '1.1.0': own, '1.0.0': 1 - own, ...(first ? { first: own === 1 ? '1.1.0' : '1.0.0' } : {}) },
  };
};

const usage = (version: string) => ({
  usage: { input_tokens: 100, output_tokens: version === 'candidate' ? 300 : 200 },
  first_token_ms: version === 'candidate' ? 90 : 80,
});

describe('a score that is not there', () => {
  it.each([
    ['of one version alone', (version: string) => (version === 'candidate' ? { scores: {} } : {})],
    [
      'outside its range',
      (version: string, index: number) =>
        version === 'candidate' && index % 20 === 0 ? { scores: { helpful: 1.5 } } : {},
    ],
    [
      'that is NaN',
      (version: string, index: number) =>
        version === 'candidate' && index % 20 === 0 ? { scores: { helpful: 'NaN' } } : {},
    ],
    [
      'missing above 1%',
      (version: string, index: number) => (version === 'candidate' && index % 20 === 0 ? { scores: {} } : {}),
    ],
  ])('%s holds', async (_what, beside) => {
    const evidence = await evaluated({ beside });
    expect(scoreOf(evidence)).toMatchObject({ status: 'uncomputable' });
    expect(evidence.checks.find(({ name }) => name === 'scores')).toMatchObject({ status: 'hold' });
    expect(evidence.verdict.decision).toBe('hold');
  });

  it('below 1% is told and holds nothing', async () => {
    const evidence = await evaluated({
      requests: 2000,
      beside: (_version, index) => (index % 400 === 7 ? { scores: {} } : {}),
    });
    expect(scoreOf(evidence)).toMatchObject({ status: 'pass' });
    expect(evidence.checks.find(({ name }) => name === 'scores')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('of 2,000 answers of 1.1.0 5 have no helpful'),
    });
  });
});

it('an answer that failed has the worst score', async () => {
  const evidence = await evaluated(
    { beside: fails },
    { guardrails: ['{ metric: score.helpful, maxDecrease: 0.05 }', '{ metric: error_rate, maxIncrease: 50pp }'] },
  );
  expect(scoreOf(evidence)).toMatchObject({ status: 'breach' });
});

it('a judge that knew which version is new is told', async () => {
  const evidence = await evaluated(
    {},
    { scores: '{ helpful: { from: log, range: [0, 1], better: higher, blind: false } }' },
  );
  expect(evidence.checks.find(({ name }) => name === 'scores')).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('knew which version is new'),
  });
});

describe('a preference', () => {
  const preferred = {
    scores: '{ preferred: { from: log, kind: pairwise } }',
    guardrails: ['{ metric: score.preferred, maxDecrease: 15pp }', '{ metric: error_rate, maxIncrease: 10pp }'],
  };

  it('is held against an even chance, with ties for a half', async () => {
    const even = await evaluated({ record: wins(5, false) }, preferred);
    expect(even.comparisons.find(({ metric }) => metric === 'score.preferred')).toMatchObject({
      baseline: 0.5,
      candidate: 0.55,
    });
    expect(scoreOf(even)).toMatchObject({ status: 'pass' });
    expect(scoreOf(await evaluated({ record: wins(1, false) }, preferred))).toMatchObject({ status: 'breach' });
  });

  it('for whatever was shown first is told', async () => {
    const evidence = await evaluated({ record: wins(5, true) }, preferred);
    expect(evidence.checks.find(({ name }) => name === 'scores')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('the answer shown first won 100% of 720 comparisons'),
    });
  });
});

it('what answering took is compared, and its price', async () => {
  const evidence = await evaluated(
    { beside: usage },
    {
      prices: '{ input: 3, output: 15 }',
      replay: '{ timeout: 120ms }',
      guardrails: ['tokens.output', 'tokens.input', 'cost', 'latency.first_token'].map(
        (metric) => `{ metric: ${metric}, maxIncrease: 20% }`,
      ),
    },
  );
  expect(evidence.guardrails.map(({ metric, status }) => [metric, status])).toEqual([
    ['tokens.output', 'breach'],
    ['tokens.input', 'pass'],
    ['cost', 'breach'],
    ['latency.first_token', 'pass'],
  ]);
  const cost = evidence.comparisons.find(({ metric }) => metric === 'cost');
  expect(cost).toMatchObject({ baseline: expect.closeTo(0.0033, 9), candidate: expect.closeTo(0.0048, 9) });
});
