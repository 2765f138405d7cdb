import { expect, test } from 'vitest';
import { treeOf } from './harness.ts';
import { candidate, edit, evaluate, plan, promote, starter, statusOf } from './starter.ts';

test('of a new rollout names the first stage as the next step', async () => {
  expect(await statusOf(await starter())).toMatchObject({
    candidate: { version: candidate, status: 'registered' },
    stages: [{ name: 'shadow', entered: false, looks: 0 }, {}, {}, {}],
    next: { command: 'canary evaluate rollout.yaml', why: 'asks whether stage shadow may begin' },
  });
});

test('after a promotion shows the stage, its look and the next one', async () => {
  const folder = await starter('evaluated');
  await promote(folder);
  expect(await statusOf(folder)).toMatchObject({
    stages: [{ name: 'shadow', entered: true, looks: 1, last: { verdict: 'increase' } }, { entered: false }, {}, {}],
    next: { why: 'asks whether stage canary-10 may begin' },
  });
});

test('after a rollback says how a corrected version starts', async () => {
  const folder = await starter();
  edit(folder, plan, (text) => text.replace('max: 150ms', 'max: 50ms'));
  await evaluate(folder);
  await promote(folder);
  expect(await statusOf(folder)).toMatchObject({ next: { why: expect.stringContaining('under a new plan name') } });
});

test('writes nothing', async () => {
  const folder = await starter();
  const before = treeOf(folder);
  await statusOf(folder);
  expect(treeOf(folder)).toEqual(before);
});
