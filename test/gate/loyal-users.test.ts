import { expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';

const day = 24 * 3_600_000;
const start = Date.UTC(2026, 10, 2);

interface Loyal {
  readonly users: number;
  /** What the candidate's users are worth less. */
  readonly loss: number;
  /** Whether the same users come every day. */
  readonly isSame: boolean;
  readonly days?: number;
  /** Days before the candidate served any. */
  readonly before?: number;
}

/** Users who are worth about the same every day, of whom 30% are the candidate's, and a router that changes its weight a little every day. */
async function evaluated({ users, loss, isSame, days = 4, before = 0 }: Loyal): Promise<Evidence> {
  const log = Array.from({ length: before + days }, (_, index) =>
    Array.from({ length: users }, (__, user) => {
      const id = isSame || index < before ? `u${user}` : `u${user}-${index}`;
      const isCanary = index >= before && murmur3Bucket('router', id) < 0.3;
      const worth = 40 + 20 * murmur3Bucket('worth', id) + 2 * murmur3Bucket(`day ${index}`, id);
      return {
        request_id: `${index}-${user}`,
        timestamp: new Date(start + index * day + Math.floor((user * day) / users)).toISOString(),
        user_id: id,
        served_by: isCanary ? '1.1.0' : '1.0.0',
        latency_ms: 40,
        prediction: 'a',
        label: 'a',
        revenue: worth - (isCanary ? loss : 0),
      };
    }),
  ).flat();
  const weights = Array.from(
    { length: days },
    (_, index) => `{ from: ${new Date(start + (before + index) * day).toISOString()}, weight: ${30 + (index % 2)}% }`,
  );
  const rollout = new TestRollout({
    plan: {
      requests: `{ source: log.jsonl, fields: { servedBy: served_by }, weights: [${weights.join(', ')}] }`,
      stages: '[{ name: canary, weight: 30% }, { name: full, weight: 1 }]',
      guardrails: ['{ metric: kpi.revenue, maxDecrease: 0.001 }', '{ metric: error_rate, max: 50% }'],
    },
    files: { 'log.jsonl': log },
  });
  return await rollout.evaluate({}, { stage: 'full' });
}

function ofRevenue({ guardrails }: Evidence) {
  return guardrails.find(({ metric }) => metric === 'kpi.revenue');
}

test('users who come every day prove no more in four periods than in one', async () => {
  const loss = 1.35;
  expect(ofRevenue(await evaluated({ users: 600, loss, isSame: true }))).toMatchObject({ status: 'inconclusive' });
  expect(ofRevenue(await evaluated({ users: 600, loss, isSame: false }))).toMatchObject({
    status: 'breach',
    reason: expect.stringContaining('over all 4 periods, each by its share of the requests'),
  });
});

test('what users were worth before is taken out of all periods together', async () => {
  const loss = 0.1;
  const log = { users: 600, loss, isSame: true, days: 3 };
  expect(ofRevenue(await evaluated(log))).toMatchObject({ status: 'inconclusive' });
  const evidence = await evaluated({ ...log, before: 3 });
  expect(ofRevenue(evidence)).toMatchObject({
    status: 'breach',
    reason: expect.stringContaining('over all 3 periods'),
  });
  const { value = 0, high = 0 } = ofRevenue(evidence) ?? {};
  expect(Math.abs(value + loss)).toBeLessThan(0.1);
  expect(high - value).toBeLessThan(0.2);
});
