import { expect, test } from 'vitest';
import { run, treeOf } from './harness.ts';
import { candidate, edit, plan, promote, registryOf, starter, statusOf } from './starter.ts';

const person = ['--by', 'ana', '--reason', 'the slow hour was a backup'];

test('promote --override increase enters the stage against a hold, and history and status say who and why', async () => {
  const folder = await starter('held');
  const { exitCode, stdout } = await promote(folder, '--override', 'increase', ...person);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Decided by ana, against the verdict HOLD: INCREASE\n  the slow hour was a backup');
  expect(registryOf(folder).history.at(-1)).toMatchObject({
    action: 'enter',
    by: 'ana',
    override: { decision: 'increase', against: 'hold' },
  });
  expect(await statusOf(folder)).toMatchObject({ decisions: [{ by: 'ana', decision: 'increase', against: 'hold' }] });
  const { stdout: shown } = await run(['status', plan], { cwd: folder });
  expect(shown).toContain('increase at shadow against the verdict hold, by ana: the slow hour');
});

test('promote --override increase needs evidence all the same', async () => {
  const { exitCode, stderr } = await promote(await starter(), '--override', 'increase', ...person);
  expect(exitCode).toBe(5);
  expect(stderr).toContain('There is no evidence for stage shadow');
});

test.each([
  ['hold', 3],
  ['rollback', 4],
])('promote --override %s needs none, and exits %d', async (decision, code) => {
  const folder = await starter();
  expect(await promote(folder, '--override', decision, ...person)).toMatchObject({ exitCode: code, stderr: '' });
  expect(registryOf(folder).history.at(-1)).toMatchObject({ override: { decision }, by: 'ana' });
});

test('promote --override rollback goes on where the evidence cannot be used, and says so', async () => {
  const folder = await starter('held');
  edit(folder, plan, (text) => text.replace('max: 150ms', 'max: 151ms'));
  const { exitCode, stderr } = await promote(folder, '--override', 'rollback', ...person);
  expect(exitCode).toBe(4);
  expect(stderr).toContain('Acting without evidence:');
});

test('a rolled-back candidate starts again with --override increase', async () => {
  const folder = await starter('evaluated');
  await promote(folder);
  await run(['rollback', plan], { cwd: folder });
  expect(registryOf(folder).versions[candidate]?.status).toBe('rolled_back');
  expect((await promote(folder)).exitCode).toBe(4);
  expect((await promote(folder, '--override', 'increase', ...person)).exitCode).toBe(0);
  expect(registryOf(folder).versions[candidate]?.status).toBe('shadow');
  const { stdout } = await run(['status', plan], { cwd: folder });
  expect(stdout).toContain('increase at shadow, by ana');
});

test.each([
  [['--override', 'increase'], '--override needs --by NAME and --reason TEXT'],
  [['--override', 'increase', '--by', 'ana'], '--override needs --by NAME and --reason TEXT'],
  [['--override', 'increase', '--by', 'ana', '--reason', ' '], '--override needs --by NAME and --reason TEXT'],
  [['--by', 'ana'], '--by and --reason go with --override or --to'],
  [['--to', 'shadow'], '--to needs --by NAME and --reason TEXT'],
  [['--to', 'shadow', '--override', 'hold', ...person], '--override and --to are two different decisions'],
  [['--override', 'later', ...person], 'Allowed choices are increase, hold, rollback.'],
])('promote %j exits 2 and changes nothing', async (args, told) => {
  const folder = await starter('held');
  const before = treeOf(folder);
  const { exitCode, stderr } = await promote(folder, ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(told);
  expect(treeOf(folder)).toEqual(before);
});
