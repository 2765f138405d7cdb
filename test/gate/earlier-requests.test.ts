import { describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { classifying, TestRollout } from '../fixtures/test-rollout.ts';

const users = 600;
const draw = (what: string, id: string) => murmur3Bucket(what, id);

/** A request of a user who is worth what users are, and sometimes more. */
function request(user: number, index: number, day: number) {
  const id = `u${user}-${day}-${index}`;
  const isCanary = draw('router', `u${user}`) < 0.3;
  const level = 40 + 100 * draw('level', `u${user}`);
  return {
    request_id: id,
    timestamp: new Date(Date.UTC(2026, 10, 1 + day) + user * 120_000 + index * 1000).toISOString(),
    user_id: `u${user}`,
    served_by: day > 1 && isCanary ? '1.1.0' : '1.0.0',
    latency_ms: level + 20 * draw('time', id),
    prediction: 'a',
    label: 'a',
    revenue: level / 10 + draw('revenue', id),
  };
}

function days(from: number, to: number) {
  const found = Array.from({ length: to - from + 1 }, (_, day) =>
    Array.from({ length: users }, (__, user) => [0, 1].map((index) => request(user, index, from + day))),
  );
  return found.flat(2);
}

async function evaluated(records: readonly object[]) {
  const rollout = new TestRollout({
    plan: {
      requests: '{ source: log.jsonl, fields: { servedBy: served_by } }',
      stages: '[{ name: canary-30, weight: 30% }, { name: full, weight: 1 }]',
      guardrails: [
        '{ metric: kpi.revenue, maxDecrease: 20% }',
        '{ metric: latency.mean, cap: 500ms, maxIncrease: 20ms }',
        '{ metric: error_rate, max: 50% }',
      ],
    },
    version: classifying(['a', 'b']),
    files: { 'log.jsonl': records },
  });
  const evidence = await rollout.evaluate();
  const wholeOf = (metric: string) => {
    const found = evidence.comparisons.find((each) => each.metric.startsWith(metric) && each.segment === null);
    if (found === undefined || 'uncomputable' in found) throw new Error(`${metric} is compared`);
    return found;
  };
  return { evidence, notes: rollout.notes, wholeOf };
}

describe('a live split whose log begins before the candidate', () => {
  test('is adjusted by what its users were like, in business metrics and mean latency', async () => {
    const { wholeOf, notes, evidence } = await evaluated(days(0, 4));
    const judged = days(2, 4);
    expect(evidence.cohorts.at(-1)).toMatchObject({ name: 'all', units: users, requests: judged.length });
    // The room for what was not met yet, which a cap asks for, stays.
    for (const [metric, share] of [
      ['kpi.revenue', 0.6],
      ['latency.mean', 0.95],
    ] as const) {
      expect(wholeOf(metric)).toMatchObject({ adjusted: { units: users } });
      const { adjusted, high = 0, low = 0 } = wholeOf(metric);
      expect(adjusted?.varianceLeft).toBeLessThan(0.2);
      const plain = (await evaluated(judged)).wholeOf(metric);
      expect(high - low).toBeLessThan(share * ((plain.high ?? 0) - (plain.low ?? 0)));
    }
    expect(wholeOf('error_rate')).not.toHaveProperty('adjusted');
    expect(notes.join()).toContain('2,400 requests by 600 users from before the candidate served any');
  });

  test('gives no number of its time before to the comparison', async () => {
    const { evidence } = await evaluated(days(0, 4));
    const { evidence: without } = await evaluated(days(2, 4));
    expect(evidence.outcomes).toEqual(without.outcomes);
    expect(evidence.checks.find(({ name }) => name === 'sample ratio')).toEqual(
      without.checks.find(({ name }) => name === 'sample ratio'),
    );
  });
});

test('a split that begins with a few users of the version in production is compared whole', async () => {
  // The candidate happens to serve none of the first ten users.
  const records = days(2, 4).filter((each, index) => index > 20 || each.served_by === '1.0.0');
  const { evidence, wholeOf } = await evaluated(records);
  expect(evidence.cohorts.at(-1)).toMatchObject({ requests: records.length });
  expect(wholeOf('kpi.revenue')).not.toHaveProperty('adjusted');
});

test('versions that follow each other are compared as they are', async () => {
  const records = [...days(0, 1), ...days(2, 3).map((each) => ({ ...each, served_by: '1.1.0' }))];
  const { evidence, wholeOf } = await evaluated(records);
  expect(evidence.cohorts.at(-1)).toMatchObject({ requests: records.length });
  expect(wholeOf('kpi.revenue')).not.toHaveProperty('adjusted');
});
