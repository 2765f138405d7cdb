import { expect, test } from 'vitest';
import { run } from './harness.ts';
import { edit, plan, planName, starter } from './starter.ts';

test('a plan that would move users who have the candidate is refused, and what shows users follows the registry', async () => {
  const folder = await starter('at ten percent');
  const users = Array.from({ length: 40 }, (_, index) => `user${index}`);
  const assigned = () => run(['assign', plan, ...users, '--weight', '10%'], { cwd: folder });
  const before = await assigned();
  edit(folder, plan, (text) => text.replace('stages:', 'assignment: { salt: other }\nstages:'));
  const codes = { plan: 2, evaluate: 5, promote: 5, status: 0, assign: 0, rollback: 0 };
  for (const command of ['plan', 'evaluate', 'promote'] as const) {
    const { exitCode, stderr } = await run([command, plan], { cwd: folder });
    expect({ command, exitCode }).toEqual({ command, exitCode: codes[command] });
    expect(stderr).toContain(`salt is "other" in the plan and "${planName}" in the registry`);
  }
  expect((await run(['status', plan], { cwd: folder })).stdout).toContain('assigned   as the registry has it');
  const after = await assigned();
  expect(after.stdout).toBe(before.stdout);
  expect(after.stderr).toContain('As the registry assigns users, not the plan');
  expect((await run(['rollback', plan], { cwd: folder })).exitCode).toBe(codes.rollback);
  // Nobody has the candidate any more.
  expect((await run(['plan', plan], { cwd: folder })).exitCode).toBe(0);
});

test('a weight that was edited behind its stage is shown as edited, and what is live stays', async () => {
  const folder = await starter('at ten percent');
  edit(folder, plan, (text) => text.replace('weight: 10%', 'weight: 20%'));
  expect((await run(['status', plan], { cwd: folder })).stdout).toContain('10% (edited: 20%)');
  const { stderr } = await run(['plan', plan], { cwd: folder });
  expect(stderr).toContain('was entered with 10%, and the plan now gives it 20%');
});
