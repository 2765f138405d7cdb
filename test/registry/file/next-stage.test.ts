import { expect, test } from 'vitest';
import { nextStage } from '../../../src/registry/file/rollout-state.ts';
import { allStages, stages } from '../example-registry.ts';

test.each([
  [[], 'shadow'],
  [['shadow'], 'canary-5'],
  [['shadow', 'canary-5', 'half'], 'full'],
  [allStages, undefined],
  [['a stage that the plan no longer has'], 'shadow'],
  [['shadow', 'half'], 'full'],
])('after %j it is %s', (names, next) => {
  expect(nextStage(stages, names)?.name).toBe(next);
});
