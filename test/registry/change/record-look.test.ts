import { expect, test } from 'vitest';
import { act, otherRollout, rollout, startingRegistry, statusesOf } from '../example-registry.ts';

test('the look is recorded, with what its evidence froze', () => {
  expect(act(startingRegistry, 'hold', 'shadow').rollouts).toStrictEqual({
    [rollout.name]: {
      baseline: '1.4.2',
      candidate: '1.5.0',
      entered: [],
      looks: [
        {
          stage: 'shadow',
          look: 1,
          at: '2026-11-05T08:00:00.000Z',
          verdict: 'hold',
          evidence: `sha256:${'e'.repeat(64)}`,
          tests: 4,
          plannedUnits: 1000,
        },
      ],
    },
  });
});

test('a rollout that was only looked at does not keep another from beginning', () => {
  const looked = act(startingRegistry, 'hold', 'shadow');
  expect(statusesOf(act(looked, 'increase', 'shadow', otherRollout))).toMatchObject({ '1.6.0': 'shadow' });
});
