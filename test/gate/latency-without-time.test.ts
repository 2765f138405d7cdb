import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { heldRollout, pairs } from './held-logs.ts';

/** Judges pairs of which the candidate fails on some requests, and otherwise both versions are right. */
async function judge(failure: Readonly<Record<string, unknown>>, fails = (request: number) => request % 10 === 0) {
  const records = pairs((truth, _baseline, _candidate, request) => {
    const answer = { prediction: truth ? '1' : '0', latency_ms: 40 + ((request * 7919) % 2000) / 71 };
    return { label: answer.prediction, baseline: answer, candidate: fails(request) ? failure : answer };
  });
  const guardrails = '{ metric: latency.mean, max: 100ms }, { metric: latency.p50, max: 5s }';
  return await heldRollout(records, { guardrails }).evaluate();
}

const seen = ({ verdict, guardrails, comparisons }: Evidence) => ({
  decision: verdict.decision,
  guardrails,
  comparisons,
});

describe('what stands for no time beside a timeout is none: it counts as the limit', () => {
  test.each([0, -1, '0.0', '-', '', 'NaN', -2000])('%s', async (latency) => {
    const written = await judge({ error: 'timeout', latency_ms: latency });
    const without = await judge({ error: 'timeout' });
    expect(without.verdict.decision).toBe('rollback');
    expect(seen(written)).toEqual(seen(without));
  });
});

test('so beside a code of gRPC that is a timeout', async () => {
  expect(seen(await judge({ error: 4, latency_ms: 0 }))).toEqual(seen(await judge({ error: 4 })));
});

test('the time of a timeout that has one is its own', async () => {
  const { verdict } = await judge({ error: 'timeout', latency_ms: 120 });
  expect(verdict.decision).toBe('increase');
});

test.each(['503', 'bad gateway'])('a time of 0 beside the failure %s is not recorded', async (error) => {
  expect(seen(await judge({ error, latency_ms: 0 }))).toEqual(seen(await judge({ error })));
});

const silent = (request: number) => request % 50 === 0;

test.each([-1, '-1.0', '-'])(
  '%s beside an answer is not a time, and nothing is wrong with the others',
  async (latency) => {
    const written = await judge({ prediction: '1', latency_ms: latency }, silent);
    expect(seen(written)).toEqual(seen(await judge({ prediction: '1' }, silent)));
    expect(written.guardrails.map(({ status }) => status)).not.toContain('uncomputable');
  },
);
