import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, type Run, temporaryFolder } from './harness.ts';
import { edit, linesOf, plan, registryFile, starter } from './starter.ts';

/** A registry's file as that of another model. */
function named(text: string, model: string): string {
  return text.replace('"model": "intent-classifier"', `"model": "${model}"`);
}

/** A registry of three models: one live, one whose router has not got the change, and one that was rolled back. */
async function fleet(): Promise<string> {
  const folder = await starter('at ten percent');
  const live = readFileSync(join(folder, registryFile), 'utf8');
  await run(['rollback', plan, '--by', 'ops'], { cwd: folder });
  const back = readFileSync(join(folder, registryFile), 'utf8');
  mkdirSync(join(folder, 'fleet'));
  writeFileSync(join(folder, 'fleet/back.json'), named(back, 'back'));
  writeFileSync(join(folder, 'fleet/live.json'), named(live, 'live'));
  const pending = live.replace('"versions": {', '"applied": false,\n  "versions": {');
  writeFileSync(join(folder, 'fleet/router.json'), named(pending, 'router'));
  return folder;
}

const status = (folder: string, ...args: string[]): Promise<Run> => run(['status', ...args], { cwd: folder });

test('status of a registry shows one row per rollout, the most urgent first', async () => {
  const { exitCode, stdout } = await run(['status', '--registry', 'fleet'], {
    cwd: await fleet(),
    env: { COLUMNS: '160' },
  });
  expect(exitCode).toBe(0);
  const [title, , router, live, back] = linesOf(stdout);
  expect(title).toBe('3 rollouts');
  expect(router).toMatch(/^ {2}router .*canary-10.* 10% .*the router: canary apply$/u);
  expect(live).toMatch(/^ {2}live .*increase \d+ min ago/u);
  expect(back).toMatch(/^ {2}back .*ops.*nothing: rolled back$/u);
});

test('a row fits a terminal of 80 columns', async () => {
  const folder = await fleet();
  const { stdout } = await run(['status', '--registry', 'fleet'], { cwd: folder, env: { COLUMNS: '80' } });
  for (const line of linesOf(stdout)) expect(line.length).toBeLessThanOrEqual(80);
  // Nothing is cut: what it waits for stands below.
  expect(stdout).not.toContain('…');
  const words = stdout.replaceAll(/\s+/gu, ' ');
  expect(words).toMatch(
    / router \S+ to \S+ canary-10 10% \S+ \S+ by .*; increase \d+ min ago; waits for the router: canary apply /u,
  );
});

test('a rollout that nobody looked after for longer than --stale says so, and comes before those that go on', async () => {
  const folder = await fleet();
  edit(folder, 'fleet/live.json', (text) => text.replaceAll(/"at": "20\d\d-/gu, '"at": "2001-'));
  const { stdout, stderr, exitCode } = await status(folder, '--registry', 'fleet', '--format', 'json');
  // The history's hashes tell that it was edited.
  expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ unreadable: [{ name: 'live' }] });
  const later = { SOURCE_DATE_EPOCH: String(Math.floor(Date.now() / 1000) + 2 * 86_400) };
  const told = await run(['status', plan, '.', '--stale', '36h', '--format', 'json'], { cwd: folder, env: later });
  expect(JSON.parse(told.stdout)).toMatchObject({
    rollouts: [{ planFile: plan, state: 'rolled-back', stale: false }, {}],
  });
});

test('several plans and folders give a row each, and one that cannot be read does not hide the others', async () => {
  const folder = await fleet();
  writeFileSync(join(folder, 'typo.yaml'), 'kind: RolloutPlan\n');
  const { exitCode, stdout } = await status(folder, '.');
  expect(exitCode).toBe(5);
  expect(stdout).toContain('1 rollout');
  expect(stdout).toContain('typo.yaml');
});

test('the page of a registry holds every rollout', async () => {
  const { stdout } = await status(await fleet(), '--registry', 'fleet', '--format', 'html');
  expect(stdout).toMatch(/^<!DOCTYPE html>/u);
  for (const model of ['live', 'router', 'back']) expect(stdout).toContain(`>${model}<`);
});

test.each([
  [[], 'Name plans, a folder of plans, or a registry'],
  [['--registry', 'fleet', '--stale', '5'], '--stale 5'],
  [['none'], 'none does not exist'],
])('status %j exits 2', async (args, told) => {
  const { exitCode, stderr } = await status(temporaryFolder(), ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(told) });
});
