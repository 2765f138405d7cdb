import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, temporaryFolder, treeOf } from './harness.ts';
import { log, plan, planName, registryOf, starter } from './starter.ts';

test.each([
  ['--work DIR', (work: string) => ({ args: ['--work', work], env: {} })],
  ['CANARY_WORK', (work: string) => ({ args: [], env: { CANARY_WORK: work } })],
])('%s keeps evidence and outcomes elsewhere, where promote finds them', async (_, where) => {
  const folder = await starter();
  const work = join(temporaryFolder(), 'kept');
  const { args, env } = where(work);
  const before = treeOf(folder);
  expect((await run(['evaluate', plan, '--quiet', ...args], { cwd: folder, env })).exitCode).toBe(0);
  expect(treeOf(folder)).toEqual(before);
  expect(existsSync(join(work, planName, 'shadow/evidence.json'))).toBe(true);
  expect((await run(['promote', plan], { cwd: folder })).exitCode).toBe(5);
  expect((await run(['promote', plan, ...args], { cwd: folder, env })).exitCode).toBe(0);
  expect(registryOf(folder).revision).toBe(1);
});

/** The starter beside which no folder can be made, as in a checkout that is mounted to be read. */
async function unwritable(): Promise<string> {
  const folder = await starter();
  writeFileSync(join(folder, '.canary'), 'in the way');
  return folder;
}

test.each([
  ['plan', plan],
  ['requests', 'inspect', plan],
  ['selftest', plan],
  ['simulate', plan, '--runs', '2'],
])('%s %s uses a temporary folder where the checkout cannot be written, and says so', async (...args) => {
  const { exitCode, stderr } = await run(args, { cwd: await unwritable() });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/\.canary cannot be written, so a temporary folder is used: .*canary-work-/u);
});

test('evaluate, whose evidence has to be kept, exits 5 there and names --work', async () => {
  const folder = await unwritable();
  const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder });
  expect(exitCode).toBe(5);
  expect(stderr).toContain('name another folder with --work DIR');
  expect(existsSync(join(folder, log))).toBe(true);
});
