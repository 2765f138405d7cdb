import { expect, test } from 'vitest';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { planText } from '../../src/report/commands/plan-text.ts';
import { baseline, candidate, TestRollout } from '../fixtures/test-rollout.ts';

const users = 3000;

/** A request of each user, which takes either version some 40 ms. */
const log = Array.from({ length: users }, (_, index) => {
  const outcome = (own: number) => ({ latency_ms: 40 + ((index * own) % 11), prediction: 'a' });
  return {
    request_id: `r${index}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
    user_id: `u${index}`,
    label: 'a',
    outcomes: { [baseline]: outcome(7), [candidate]: outcome(5) },
  };
});

/** What `plan` says of a guardrail on the mean latency: the requests that the room for timeouts alone takes, and all of its text. */
async function told(guardrail: string, statistics = '{}') {
  const rollout = new TestRollout({ plan: { guardrails: [guardrail], statistics }, files: { 'log.jsonl': log } });
  const { review } = await reviewPlan(rollout.world, 'plan.yaml');
  const text = planText(review, { color: 0, columns: 200, unicode: true }).replaceAll(/\s+/gu, ' ');
  const detectable = review.guardrails[0]?.detectable;
  const requests = typeof detectable === 'string' ? undefined : detectable?.at(-1)?.unmet?.requests;
  return { requests: requests ?? Number.NaN, text };
}

test('plan tells how many requests the room for timeouts takes, and what a cap would save', async () => {
  const plain = await told('{ metric: latency.mean, maxIncrease: 4ms }');
  // 5.6 m_w R / M with one request a user, a timeout of 2 s and a bound of 4 ms.
  const expected = (5.6 * 2000) / 4;
  expect(Math.abs(plain.requests / expected - 1)).toBeLessThan(0.1);
  expect(plain.text).toContain('cap: 200ms takes a tenth of them');
  const capped = await told('{ metric: latency.mean, maxIncrease: 4ms, cap: 200ms }');
  expect(Math.abs((10 * capped.requests) / plain.requests - 1)).toBeLessThan(0.01);
  expect(capped.text).toContain('bound what is above the cap with another guardrail');
  const planned = await told(
    '{ metric: latency.mean, maxIncrease: 4ms }',
    `{ inference: planned, plannedUnits: ${users} }`,
  );
  expect(planned.requests).toBeLessThan(0.7 * plain.requests);
});

test('a log that is shorter than this room passes nothing, and the cap makes it long enough', async () => {
  const rollout = new TestRollout({ files: { 'log.jsonl': log.slice(0, 2000) } });
  const [plain] = (await rollout.evaluate({ guardrails: ['{ metric: latency.mean, maxIncrease: 4ms }'] })).guardrails;
  expect(plain?.status).toBe('inconclusive');
  const guardrails = ['{ metric: latency.mean, maxIncrease: 4ms, cap: 200ms }'];
  expect((await rollout.evaluate({ guardrails })).guardrails[0]?.status).toBe('pass');
});
