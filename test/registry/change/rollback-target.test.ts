import { expect, test } from 'vitest';
import type { ModelRegistry } from '../../../src/domain/registry.ts';
import { recordRehearsal } from '../../../src/registry/change/rehearsal.ts';
import { rollBack } from '../../../src/registry/change/roll-back.ts';
import { targetOfModel, targetOfPlan } from '../../../src/registry/change/rollback-target.ts';
import {
  allStages,
  entered,
  laterRollout,
  otherRollout,
  refusal,
  rollout,
  startingRegistry,
} from '../example-registry.ts';

const at = '2026-11-06T08:00:00.000Z';
const completed = entered(allStages);

test('of a model, the rollout under way is rolled back', () => {
  expect(targetOfModel(entered(['shadow', 'canary-5']))).toStrictEqual({ rollout });
});

test('of a model whose last rollout is complete, that one is', () => {
  expect(targetOfModel(completed)).toStrictEqual({ rollout });
});

test('of a model that was rolled back, nothing is, so that two people do not go back two versions', () => {
  const replaced = entered(allStages, laterRollout, completed);
  const back = rollBack(replaced, { rollout: laterRollout, at, person: { by: 'ana' } });
  expect(targetOfModel(back)).toStrictEqual({
    nothing: `1.6.0 was rolled back by ana at ${at}; to go further back, name the version with --to: 1.4.2`,
  });
});

test('a candidate that was rolled back before it began does not hide the rollout under way or completed', () => {
  for (const before of [entered(['shadow', 'canary-5']), completed]) {
    const marked = rollBack(before, { rollout: { ...otherRollout, baseline: '1.4.2' }, at });
    expect(targetOfModel(marked)).toStrictEqual({ rollout });
  }
});

test('of a model without a rollout, nothing is', () => {
  expect(targetOfModel(startingRegistry)).toStrictEqual({
    nothing: 'no rollout of intent-classifier has entered a stage',
  });
});

test('traffic that was split by hand is refused, since nobody knows what was there before', () => {
  const split: ModelRegistry = { ...startingRegistry, traffic: { '1.4.2': 0.5, '1.5.0': 0.5 } };
  expect(refusal(() => targetOfModel(split))).toContain('1.4.2 and 1.5.0 share the traffic of intent-classifier');
});

test('of a plan, the versions are the ones that its rollout began with', () => {
  const plan = { ...rollout, baseline: '1.5.0', candidate: '9.9.9' };
  expect(targetOfPlan(entered(['shadow']), plan)).toStrictEqual({ rollout });
});

test('of a plan that has not begun or was rolled back, nothing is', () => {
  expect(targetOfPlan(startingRegistry, rollout)).toHaveProperty('nothing');
  expect(targetOfPlan(rollBack(completed, { rollout, at }), rollout)).toStrictEqual({
    nothing: `1.5.0 was rolled back at ${at}`,
  });
});

test('a rehearsal is recorded and moves nothing', () => {
  const before = entered(['shadow', 'canary-5']);
  const after = recordRehearsal(before, { rollout, at, outcome: 'succeeded', person: { by: 'ana' } });
  expect(after).toStrictEqual({ ...before, revision: 3, history: after.history });
  expect(after.history.at(-1)).toMatchObject({ action: 'rehearse', outcome: 'succeeded', by: 'ana', at });
  expect(targetOfModel(after)).toStrictEqual({ rollout });
});
