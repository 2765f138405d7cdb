import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { thisProcess } from '../../src/registry/store/registry-lock.ts';
import { runInstalled, treeOf } from './harness.ts';
import { evaluate, plan, promote, registryFile, registryOf, starter } from './starter.ts';

const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));

test('of 6 promotes at once exactly one exits 0, the others 5 with the new revision', async () => {
  const folder = await starter('evaluated');
  const runs = await Promise.all(Array.from({ length: 6 }, () => runInstalled(['promote', plan], { cwd: folder })));
  expect(runs.filter(({ exitCode }) => exitCode === 0)).toHaveLength(1);
  const losers = runs.filter(({ exitCode }) => exitCode === 5);
  expect(losers).toHaveLength(5);
  // Whoever read the registry before the winner wrote is told in other words than who read it after.
  for (const { stderr } of losers) expect(stderr).toMatch(/at revision 1\b/u);
  expect(registryOf(folder)).toMatchObject({ revision: 1, history: { length: 1 } });
});

test('promotes that are killed while they write leave a valid registry, and the next works', async () => {
  // A hold moves nothing, so that it can be promoted again and again.
  const folder = await starter('held');
  for (const delay of [0, 1, 2, 3, 5, 8, 13, 21]) {
    const { revision } = registryOf(folder);
    const beginning = firstChange(join(folder, 'registry'));
    const child = spawn(process.execPath, [program, 'promote', plan], { cwd: folder, stdio: 'ignore' });
    const closed = once(child, 'close');
    await Promise.race([beginning.then(() => sleep(delay)), closed]);
    child.kill('SIGKILL');
    await closed;
    expect([revision, revision + 1]).toContain(registryOf(folder).revision);
  }
  expect((await promote(folder)).exitCode).toBe(3);
  expect(readdirSync(join(folder, 'registry')).toSorted()).toEqual([
    'intent-classifier.CHANGELOG.md',
    'intent-classifier.json',
  ]);
});

/** Resolves when something in a folder changes: the registry's lock, which comes before all that is written. */
async function firstChange(folder: string): Promise<void> {
  const watcher = watch(folder);
  await once(watcher, 'change');
  watcher.close();
}

test('a promote whose lock was left by a dead process is not kept waiting', async () => {
  const folder = await starter('evaluated');
  const dead = spawnSync(process.execPath, ['--eval', '']).pid;
  const lock = join(folder, `${registryFile}.lock`);
  writeFileSync(lock, JSON.stringify({ ...thisProcess(), pid: dead }));
  expect(await runInstalled(['promote', plan], { cwd: folder })).toMatchObject({ exitCode: 0, stderr: '' });
});

test.skipIf(process.platform === 'win32')(
  'a disk that takes no more exits 5, says so and keeps the old file',
  async () => {
    const folder = await starter('evaluated');
    const before = treeOf(folder);
    const limited = ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, program, 'promote', plan];
    const { status, stderr } = spawnSync('sh', limited, { cwd: folder, encoding: 'utf8' });
    expect(status).toBe(5);
    expect(stderr).toContain('cannot be changed: it would be larger than allowed');
    expect(treeOf(folder)).toEqual(before);
  },
);

test('a promotion changes fewer than 20 lines of the registry file', async () => {
  const folder = await starter();
  await promote(folder, '--override', 'hold', '--by', 'ana', '--reason', 'lays the file out as canary writes it');
  await evaluate(folder);
  const file = join(folder, registryFile);
  const copy = join(folder, 'before.json');
  writeFileSync(copy, readFileSync(file));
  await promote(folder);
  const { stdout } = spawnSync('git', ['diff', '--no-index', '--numstat', copy, file], { encoding: 'utf8' });
  const [added = 0, removed = 0] = stdout.split('\t').map(Number);
  expect(added).toBeGreaterThan(0);
  expect(added + removed).toBeLessThan(20);
});
