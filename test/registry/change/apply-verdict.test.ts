import { expect, test } from 'vitest';
import { describeChange } from '../../../src/registry/change/apply-verdict.ts';
import { act, allStages, entered } from '../example-registry.ts';

const completed = entered(allStages);

test.each([
  ['increase', 'canary-5', 'enter'],
  ['increase', 'shadow', 'look'],
  ['hold', 'canary-5', 'look'],
  ['rollback', 'canary-5', 'rollback'],
] as const)('%s at %s is %s', (verdict, stage, action) => {
  const before = entered(['shadow']);
  expect(describeChange(before, act(before, verdict, stage), stage)).toMatchObject({ action, stage });
});

test('it has all traffic and aliases afterwards, and the statuses that changed', () => {
  expect(describeChange(entered(allStages.slice(0, 3)), completed, 'full')).toStrictEqual({
    action: 'complete',
    stage: 'full',
    traffic: { '1.5.0': 1 },
    aliases: { stable: '1.5.0' },
    status: { '1.4.2': 'archived', '1.5.0': 'stable' },
  });
});

test('of a registry that stayed as it was, it is a look', () => {
  const { traffic, aliases } = completed;
  const nothing = { action: 'look', stage: 'full', traffic, aliases, status: {} };
  expect(describeChange(completed, completed, 'full')).toStrictEqual(nothing);
});
