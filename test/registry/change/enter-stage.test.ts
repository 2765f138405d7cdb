import { expect, test } from 'vitest';
import type { ModelRegistry } from '../../../src/domain/registry.ts';
import { applyVerdict } from '../../../src/registry/change/apply-verdict.ts';
import {
  act,
  allStages,
  changeAt,
  entered,
  laterRollout,
  otherRollout,
  refusal,
  rollout,
  stages,
  startingRegistry,
  statusesOf,
} from '../example-registry.ts';

const completed = entered(allStages);

test('entering a shadow stage shows the candidate to nobody', () => {
  const { traffic, aliases, ...registry } = entered(['shadow']);
  expect(traffic).toStrictEqual({ '1.4.2': 1, '1.5.0': 0 });
  expect(aliases).toStrictEqual({ stable: '1.4.2' });
  expect(registry.versions['1.5.0']?.status).toBe('shadow');
});

test('entering a stage gives the candidate its weight and the alias canary', () => {
  const registry = entered(['shadow', 'canary-5']);
  expect(registry.traffic).toStrictEqual({ '1.4.2': 0.95, '1.5.0': 0.05 });
  expect(registry.aliases).toStrictEqual({ stable: '1.4.2', canary: '1.5.0' });
  expect(statusesOf(registry)).toStrictEqual({ '1.4.2': 'stable', '1.5.0': 'canary', '1.6.0': 'registered' });
  expect(registry.rollouts[rollout.name]?.entered).toStrictEqual(['shadow', 'canary-5']);
});

test('entering the last stage makes the candidate stable and archives the baseline', () => {
  expect(completed.traffic).toStrictEqual({ '1.5.0': 1 });
  expect(completed.aliases).toStrictEqual({ stable: '1.5.0' });
  expect(statusesOf(completed)).toStrictEqual({ '1.4.2': 'archived', '1.5.0': 'stable', '1.6.0': 'registered' });
  expect(completed.history.at(-1)).toMatchObject({ revision: 4, action: 'complete', stage: 'full' });
});

test('a weight that is not a whole number of millionths is rounded, and both shares still sum to 1', () => {
  const third = { name: 'third', weight: 1 / 3 };
  const change = changeAt('third', { stage: third, stages: [third, ...stages.slice(-1)] });
  expect(applyVerdict(startingRegistry, 'increase', change).traffic).toStrictEqual({
    '1.4.2': 0.666667,
    '1.5.0': 0.333333,
  });
});

test.each([
  [1e-9, { '1.4.2': 0.999999, '1.5.0': 0.000001 }],
  [1 - 1e-9, { '1.4.2': 0.000001, '1.5.0': 0.999999 }],
])('a weight of %d exposes somebody and spares somebody', (weight, traffic) => {
  const stage = { name: 'edge', weight };
  const change = changeAt('edge', { stage, stages: [stage, ...stages.slice(-1)] });
  expect(applyVerdict(startingRegistry, 'increase', change).traffic).toStrictEqual(traffic);
});

test('on a stage that was entered before, only the look is recorded', () => {
  const before = entered(['shadow', 'canary-5']);
  const after = act(before, 'increase', 'shadow');
  expect(after.rollouts[rollout.name]?.looks).toHaveLength(3);
  expect(after.history.at(-1)?.action).toBe('look');
  expect({ ...after, rollouts: 0, history: 0, revision: 0 }).toStrictEqual({
    ...before,
    rollouts: 0,
    history: 0,
    revision: 0,
  });
});

test('after completion, a look at the last stage is still recorded', () => {
  expect(act(completed, 'increase', 'full').rollouts[rollout.name]?.looks.at(-1)?.verdict).toBe('increase');
});

test('a stage may not be skipped', () => {
  expect(refusal(() => act(entered(['shadow']), 'increase', 'half'))).toBe(
    'Stage half cannot begin: intent-1.5.0 has not entered canary-5. Run canary evaluate --stage canary-5 and canary promote with the plan first.',
  );
});

test('a stage that was put before one that was entered may not be entered', () => {
  const inserted = [{ name: 'canary-1', weight: 0.01 }, ...stages];
  const change = changeAt('canary-1', { stage: { name: 'canary-1', weight: 0.01 }, stages: inserted });
  expect(refusal(() => applyVerdict(entered(['shadow']), 'increase', change))).toBe(
    'Stage canary-1 comes before shadow, which intent-1.5.0 has entered. The next stage is canary-5.',
  );
});

test('a plan that was changed may not take users back', () => {
  const lower = [...stages.slice(0, 2), { name: 'two', weight: 0.02 }, ...stages.slice(2)];
  const change = changeAt('two', { stage: { name: 'two', weight: 0.02 }, stages: lower });
  expect(refusal(() => applyVerdict(entered(['shadow', 'canary-5']), 'increase', change))).toContain(
    '1.5.0 has 0.05 of the traffic; stage two would give it 0.02',
  );
});

test('a second rollout of the model is refused while one is under way', () => {
  expect(refusal(() => act(entered(['shadow']), 'increase', 'shadow', otherRollout))).toBe(
    'The rollout intent-1.5.0 of intent-classifier is under way; intent-1.6.0 cannot move at the same time. Complete intent-1.5.0, or take its candidate out of traffic first.',
  );
});

test('a second rollout may begin once the first is complete', () => {
  expect(statusesOf(entered(['shadow', 'canary-5'], laterRollout, completed))).toMatchObject({ '1.6.0': 'canary' });
});

test('a baseline that is not stable is refused', () => {
  expect(refusal(() => act(completed, 'increase', 'shadow', otherRollout))).toBe(
    'The baseline 1.4.2 of intent-1.6.0 is not the stable version of intent-classifier: its status is archived. Name 1.5.0 as baseline.',
  );
});

test('a baseline that does not serve everybody is refused', () => {
  const shared: ModelRegistry = { ...startingRegistry, traffic: { '1.4.2': 0.5, '1.6.0': 0.5 } };
  expect(refusal(() => act(shared, 'increase', 'shadow'))).toContain('1.4.2 of intent-1.5.0 serves 0.5 of the traffic');
});

test('a baseline that is its own candidate is refused', () => {
  const same = { ...rollout, candidate: '1.4.2' };
  expect(refusal(() => act(startingRegistry, 'increase', 'shadow', same))).toContain('is stable already');
});

test('a plan that names other versions than it began with is refused', () => {
  const changed = { ...rollout, candidate: '1.6.0' };
  expect(refusal(() => act(entered(['shadow']), 'increase', 'canary-5', changed))).toBe(
    'The rollout intent-1.5.0 is from 1.4.2 to 1.5.0 in the registry, not from 1.4.2 to 1.6.0. Give the plan a new name: a different pair of versions is a different rollout.',
  );
});

test('a version that the registry lacks is refused', () => {
  const unknown = { ...rollout, candidate: 'constructor' };
  expect(refusal(() => act(startingRegistry, 'increase', 'shadow', unknown))).toContain('has no version constructor');
});

test('a plan may be called by a name that every object answers to', () => {
  const registry = entered(['shadow'], { ...rollout, name: 'constructor' });
  expect(registry.rollouts['constructor']?.entered).toStrictEqual(['shadow']);
});
