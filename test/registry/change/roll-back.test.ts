import { expect, test } from 'vitest';
import { rollBack } from '../../../src/registry/change/roll-back.ts';
import {
  act,
  allStages,
  entered,
  laterRollout,
  otherRollout,
  refusal,
  rollout,
  startingRegistry,
  statusesOf,
} from '../example-registry.ts';

const at = '2026-11-06T08:00:00.000Z';
const completed = entered(allStages);

test('the candidate leaves traffic, which goes back to the baseline', () => {
  const registry = act(entered(['shadow', 'canary-5']), 'rollback', 'half');
  expect(registry.traffic).toStrictEqual({ '1.4.2': 1 });
  expect(registry.aliases).toStrictEqual({ stable: '1.4.2' });
  expect(statusesOf(registry)).toMatchObject({ '1.4.2': 'stable', '1.5.0': 'rolled_back' });
});

test('after completion, the archived baseline is stable again', () => {
  const registry = act(completed, 'rollback', 'full');
  expect(registry.traffic).toStrictEqual({ '1.4.2': 1 });
  expect(registry.aliases).toStrictEqual({ stable: '1.4.2' });
  expect(statusesOf(registry)).toMatchObject({ '1.4.2': 'stable', '1.5.0': 'rolled_back' });
});

test('a candidate that has entered no stage is marked, and traffic stays as it is', () => {
  const registry = act(entered(['shadow', 'canary-5']), 'rollback', 'shadow', otherRollout);
  expect(registry.traffic).toStrictEqual({ '1.4.2': 0.95, '1.5.0': 0.05 });
  expect(statusesOf(registry)).toMatchObject({ '1.5.0': 'canary', '1.6.0': 'rolled_back' });
});

test('it needs no look', () => {
  const registry = rollBack(entered(['shadow', 'canary-5']), { rollout, at });
  expect(registry.rollouts[rollout.name]?.looks).toHaveLength(2);
  expect(registry.history.at(-1)).toMatchObject({ action: 'rollback', version: '1.5.0', stage: 'canary-5', at });
});

test('without a look it uses up the name of a rollout that had not begun', () => {
  const registry = rollBack(startingRegistry, { rollout, at });
  expect(refusal(() => act(registry, 'increase', 'shadow'))).toContain('The rollout intent-1.5.0 has ended');
});

const rolledBack = act(entered(['shadow', 'canary-5']), 'rollback', 'half');

test.each(['increase', 'hold', 'rollback'] as const)('after it, %s under the same plan name is refused', (verdict) => {
  expect(refusal(() => act(rolledBack, verdict, 'canary-5'))).toBe(
    'The rollout intent-1.5.0 has ended: 1.5.0 was rolled back. Once its cause is known, the candidate can start again under a new plan name, or with canary promote --override increase.',
  );
});

test('a rolled-back candidate can start again under a new plan name', () => {
  const again = { ...rollout, name: 'intent-1.5.0-again' };
  expect(statusesOf(entered(['shadow', 'canary-5'], again, rolledBack))).toMatchObject({ '1.5.0': 'canary' });
});

test('a candidate that another rollout brought into traffic is that rollout to take back', () => {
  const copy = { ...rollout, name: 'copy' };
  expect(refusal(() => act(entered(['shadow']), 'rollback', 'shadow', copy))).toContain('1.5.0 is shadow without it');
});

test('a stable version is not taken back from under a rollout that builds on it', () => {
  const registry = entered(['shadow'], laterRollout, completed);
  expect(refusal(() => act(registry, 'rollback', 'full'))).toContain('The rollout intent-1.6.0-later');
});

test('a version that was replaced is not taken back before its successor', () => {
  const replaced = entered(allStages, laterRollout, completed);
  expect(refusal(() => act(replaced, 'rollback', 'full'))).toBe(
    '1.5.0, which intent-1.5.0 made stable, was replaced by 1.6.0. The stable version is 1.6.0: roll back intent-1.6.0-later instead.',
  );
  const back = act(act(replaced, 'rollback', 'full', laterRollout), 'rollback', 'full');
  expect(statusesOf(back)).toStrictEqual({ '1.4.2': 'stable', '1.5.0': 'rolled_back', '1.6.0': 'rolled_back' });
});
