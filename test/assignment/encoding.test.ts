import { expect, test } from 'vitest';
import { assign } from '../../src/gate/assign.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';

const record = (user: string, index: number) => ({
  request_id: `r${index}`,
  timestamp: `2026-11-01T09:0${index}:00Z`,
  user_id: user,
  label: 'a',
  outcomes: { '1.0.0': { prediction: 'a' }, '1.1.0': { prediction: 'a' } },
});

const rolloutWith = (assignment: string) => {
  return new TestRollout({ plan: { assignment }, files: { 'log.jsonl': ['u1', '\u{fc}1', '\u{fc}2'].map(record) } });
};

test('a unit that is not ASCII is an error where the SDKs disagree and the plan does not say which decides', async () => {
  const rollout = rolloutWith('{ scheme: flagd, flag: f }');
  await expect(rollout.evaluate()).rejects.toMatchObject({
    exitCode: 2,
    message: '2 users, such as \u{fc}1, are not in ASCII, and the SDKs of flagd put such users into different cohorts',
  });
  await expect(assign(rollout.world, 'plan.yaml', ['u1', '\u{fc}1'], { weight: '50%' })).rejects.toMatchObject({
    exitCode: 2,
  });
  expect(await assign(rollout.world, 'plan.yaml', ['u1'], { weight: '50%' })).toHaveLength(1);
});

test.each(['{ scheme: flagd, flag: f, encoding: utf8 }', '{ scheme: optimizely, flag: f }', '{ scheme: md5 }'])(
  'it is none with %s',
  async (assignment) => {
    expect(await rolloutWith(assignment).evaluate()).toHaveProperty('verdict');
  },
);
