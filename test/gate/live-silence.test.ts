import { expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { classifying, TestRollout } from '../fixtures/test-rollout.ts';

type Change = (isCandidate: boolean, fails: boolean) => Readonly<Record<string, unknown>>;

/** A live split of 4,000 requests by 2,000 users, in which a sixth of the candidate's requests fail. */
function splitWith(change: Change, fields: string): TestRollout {
  const records = Array.from({ length: 4_000 }, (_, index) => {
    const user = `u${index % 2_000}`;
    const isCandidate = murmur3Bucket('router', user) < 0.5;
    const fails = isCandidate && murmur3Bucket('fails', `r${index}`) < 1 / 6;
    return {
      request_id: `r${index}`,
      timestamp: 1_790_000_000 + 60 * index,
      user_id: user,
      served_by: isCandidate ? '1.1.0' : '1.0.0',
      ...change(isCandidate, fails),
    };
  });
  const plan = {
    name: 'silence',
    requests: `{ source: log.jsonl, fields: ${fields}, okStatus: ['true'] }`,
    stages: '[{ name: half, weight: 50% }, { name: full, weight: 1 }]',
    guardrails: ['{ metric: error_rate, maxIncrease: 5pp }'],
  };
  return new TestRollout({ plan, version: classifying(['a', 'b']), files: { 'log.jsonl': records } });
}

async function decisionOf(change: Change, fields = '{ servedBy: served_by }'): Promise<string> {
  return (await splitWith(change, fields).evaluate()).verdict.decision;
}

test('a request without an answer is a failure in a log that says what was answered', async () => {
  expect(await decisionOf((_, fails) => ({ prediction: fails ? '' : 'a', error: '200' }))).toBe('rollback');
  // Where no field tells failures, nobody knows what silence is.
  expect(await decisionOf((_, fails) => ({ prediction: fails ? null : 'a', error: null }))).toBe('hold');
});

test('a flag of success that the plan calls one tells failures', async () => {
  const fields = '{ servedBy: served_by, error: succeeded }';
  expect(await decisionOf((_, fails) => ({ prediction: 'a', succeeded: !fails }), fields)).toBe('rollback');
});

test('statuses of one version alone say nothing of the other', async () => {
  expect(await decisionOf((isCandidate) => ({ prediction: 'a', error: isCandidate ? '' : '200' }))).toBe('hold');
  expect(await decisionOf((isCandidate) => ({ prediction: 'a', error: isCandidate ? 0 : 200 }))).toBe('hold');
});

test('an answer cannot be its own truth', async () => {
  const { world } = splitWith(() => ({ prediction: 'a' }), '{ servedBy: served_by, label: [truth, prediction] }');
  await expect(reviewPlan(world, 'plan.yaml')).rejects.toMatchObject({ exitCode: 2 });
});
