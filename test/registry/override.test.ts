import { expect, test } from 'vitest';
import type { Decision, ModelRegistry } from '../../src/domain/registry.ts';
import { applyVerdict } from '../../src/registry/change/apply-verdict.ts';
import {
  act,
  allStages,
  changeAt,
  entered,
  lookOf,
  refusal,
  rollout,
  startingRegistry,
  statusesOf,
} from './example-registry.ts';

const overriddenBy = { by: 'ana', reason: 'the slow hour was a backup' };

/** A person decides at a stage, against what the evidence said or without any. */
function decide(registry: ModelRegistry, decision: Decision, stage: string, evidence?: Decision): ModelRegistry {
  const look = evidence === undefined ? undefined : lookOf(evidence);
  return applyVerdict(registry, decision, changeAt(stage, { look, overriddenBy }));
}

test('the history says who decided what against which verdict, and why', () => {
  const registry = decide(entered(['shadow']), 'increase', 'canary-5', 'hold');
  expect(registry.traffic).toStrictEqual({ '1.4.2': 0.95, '1.5.0': 0.05 });
  expect(registry.history.at(-1)).toMatchObject({
    action: 'enter',
    stage: 'canary-5',
    ...overriddenBy,
    override: { decision: 'increase', against: 'hold' },
  });
});

test('the look keeps what the evidence said', () => {
  const registry = decide(entered(['shadow']), 'increase', 'canary-5', 'hold');
  expect(registry.rollouts[rollout.name]?.looks.at(-1)).toMatchObject({ stage: 'canary-5', verdict: 'hold' });
});

test('a hold against an increase moves nothing', () => {
  const before = entered(['shadow']);
  const after = decide(before, 'hold', 'canary-5', 'increase');
  expect(after).toMatchObject({ traffic: before.traffic, versions: before.versions });
  expect(after.history.at(-1)).toMatchObject({ action: 'look', override: { decision: 'hold', against: 'increase' } });
});

test.each(['hold', 'rollback'] as const)('%s without evidence leaves no look', (decision) => {
  const after = decide(entered(['shadow', 'canary-5']), decision, 'half');
  expect(after.rollouts[rollout.name]?.looks).toHaveLength(2);
  expect(after.history.at(-1)?.override).toStrictEqual({ decision });
});

test('a rollback without evidence names the stage that the rollout was in', () => {
  expect(decide(entered(['shadow', 'canary-5']), 'rollback', 'half').history.at(-1)?.stage).toBe('canary-5');
});

const rolledBack = act(entered(['shadow', 'canary-5']), 'rollback', 'half');

test('a rolled-back candidate starts again from the first stage', () => {
  const again = decide(rolledBack, 'increase', 'shadow', 'increase');
  expect(statusesOf(again)).toMatchObject({ '1.4.2': 'stable', '1.5.0': 'shadow' });
  expect(again.rollouts[rollout.name]?.entered).toStrictEqual(['shadow']);
  expect(again.rollouts[rollout.name]?.looks).toHaveLength(4);
});

test('and then goes on by evidence, to the end and back again', () => {
  const again = decide(rolledBack, 'increase', 'shadow', 'increase');
  const complete = entered(allStages.slice(1), rollout, again);
  expect(statusesOf(complete)).toMatchObject({ '1.4.2': 'archived', '1.5.0': 'stable' });
  expect(statusesOf(act(complete, 'rollback', 'full'))).toMatchObject({ '1.4.2': 'stable', '1.5.0': 'rolled_back' });
});

test('a rolled-back candidate does not start again in the middle', () => {
  expect(refusal(() => decide(rolledBack, 'increase', 'half', 'increase'))).toContain('has not entered shadow');
});

test('a person cannot skip a stage, nor hold what has ended', () => {
  expect(refusal(() => decide(startingRegistry, 'increase', 'half', 'hold'))).toContain('Stage half cannot begin');
  expect(refusal(() => decide(rolledBack, 'hold', 'half', 'increase'))).toContain('has ended');
});
