import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runsOf } from '../fixtures/tiers.ts';
import { run, runInstalled, type Run, temporaryFolder, treeOf } from './harness.ts';
import {
  candidate,
  edit,
  evaluate,
  judgeAll,
  plan,
  planName,
  promote,
  registryFile,
  registryOf,
  starter,
} from './starter.ts';

const person = ['--by', 'ana', '--reason', 'less load tonight'];

const rollback = (folder: string, ...args: string[]): Promise<Run> => run(['rollback', plan, ...args], { cwd: folder });

test('once a person took the candidate out, evaluate says rollback, by whom and when, and writes nothing', async () => {
  const folder = await starter('at ten percent');
  await rollback(folder, '--by', 'ops', '--reason', 'timeouts');
  const before = treeOf(folder);
  const { exitCode, evidence, stderr } = await evaluate(folder);
  expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: '' });
  expect(evidence.checks).toMatchObject([{ name: 'rollout', status: 'rollback' }]);
  expect(evidence.verdict.reasons[0]).toMatch(/^1\.1\.0 was rolled back by ops at \d{4}-.*: timeouts$/u);
  expect(treeOf(folder)).toEqual(before);
});

test('evaluate says so also when the log is gone, and a pipeline reads it', async () => {
  const folder = await starter('at ten percent');
  await rollback(folder);
  writeFileSync(join(folder, 'requests.jsonl'), '');
  const output = join(folder, 'output');
  const env = { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: output };
  const { exitCode, stdout } = await run(['evaluate', plan, '--quiet', '--stage', 'half'], { cwd: folder, env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: 'Verdict: ROLLBACK\n' });
  expect(readFileSync(output, 'utf8')).toContain('\nrollback\n');
});

test('promote of a candidate that was taken out changes nothing, exits 4 and says by whom', async () => {
  const folder = await starter('at ten percent');
  await evaluate(folder);
  await rollback(folder, '--by', 'ops');
  const before = treeOf(folder);
  const { exitCode, stdout } = await promote(folder);
  expect(exitCode).toBe(4);
  expect(stdout).toContain('was rolled back by ops at');
  expect(treeOf(folder)).toEqual(before);
});

test('evidence from before a rollback does not bring the candidate back', async () => {
  const folder = await starter('at ten percent');
  await evaluate(folder);
  await rollback(folder);
  expect((await promote(folder, '--override', 'increase', ...person)).exitCode).toBe(0);
  // Shadow is entered again, and the evidence of both stages after it lies there still.
  for (const stage of ['canary-10', 'half']) {
    const { exitCode, stderr } = await promote(folder, '--stage', stage);
    expect(exitCode).toBe(5);
    expect(stderr).toContain('the rollout moved since: it was made before revision 4 (enter shadow by ana at');
  }
  expect(registryOf(folder).traffic[candidate] ?? 0).toBe(0);
});

test('while another rollout of the model has traffic, evaluate of a stage that would give some holds', async () => {
  const folder = await starter('at ten percent');
  edit(folder, plan, (text) => text.replace(`name: ${planName}`, 'name: renamed'));
  const { exitCode, evidence } = await evaluate(folder, ['--stage', 'half']);
  expect(exitCode).toBe(3);
  expect(evidence.verdict.reasons).toEqual([
    `the rollout ${planName} is under way: ${candidate} has 10% of the traffic`,
  ]);
});

test('rollback of the renamed plan takes the candidate out of the rollout that it was before', async () => {
  const folder = await starter('at ten percent');
  edit(folder, plan, (text) => text.replace(`name: ${planName}`, 'name: renamed'));
  expect((await rollback(folder)).exitCode).toBe(0);
  expect(registryOf(folder).history.at(-1)).toMatchObject({ action: 'rollback', rollout: planName });
});

test('of a completed rollout evaluate and promote exit 0 and say that nothing is left to begin', async () => {
  const folder = await starter('stable');
  const before = treeOf(folder);
  for (const command of ['evaluate', 'promote']) {
    const { exitCode, stdout } = await run([command, plan], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('nothing left to begin');
  }
  expect(treeOf(folder)).toEqual(before);
});

test('promote --stage of a stage that was entered changes nothing, so that a hook may be retried', async () => {
  const folder = await starter('evaluated');
  expect((await promote(folder, '--stage', 'shadow')).exitCode).toBe(0);
  const before = treeOf(folder);
  const { exitCode, stdout } = await promote(folder, '--stage', 'shadow');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('stage shadow of intent-classifier-1.1.0 was entered already');
  expect(treeOf(folder)).toEqual(before);
});

test('promote --to goes back to an earlier stage, and the next must be evaluated again', async () => {
  const folder = await starter('at ten percent');
  const { exitCode, stdout } = await promote(folder, '--to', 'shadow', ...person);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('stepped down to stage shadow (0%)');
  const registry = registryOf(folder);
  expect(registry).toMatchObject({ aliases: { stable: '1.0.0' }, traffic: { '1.0.0': 1, [candidate]: 0 } });
  expect(registry.aliases['canary']).toBeUndefined();
  expect(registry.rollouts[planName]).toMatchObject({ entered: ['shadow'], looks: { length: 2 } });
  expect(registry.history.at(-1)).toMatchObject({ action: 'step-down', stage: 'shadow', weight: 0, by: 'ana' });
  expect((await promote(folder)).stderr).toContain('(step-down shadow by ana at');
  expect((await run(['registry', 'verify', 'registry'], { cwd: folder })).exitCode).toBe(0);
  await evaluate(folder);
  expect((await promote(folder)).exitCode).toBe(0);
});

test.each([
  ['half', 'has not entered half'],
  ['canary-10', 'is in stage canary-10 already'],
])('promote --to %s is refused', async (stage, told) => {
  const folder = await starter('at ten percent');
  const { exitCode, stderr } = await promote(folder, '--to', stage, ...person);
  expect(exitCode).toBe(5);
  expect(stderr).toContain(told);
});

test('rollback of a completed rollout goes back to the version before, and --to further, to any that was stable', async () => {
  const folder = await starter('stable');
  edit(folder, registryFile, (text) => {
    const registry = JSON.parse(text);
    const older = { ...registry.versions['1.0.0'], status: 'archived' };
    return JSON.stringify({ ...registry, versions: { ...registry.versions, '0.9.0': older } });
  });
  const refused = await rollback(folder, '--to', '0.8.0');
  expect(refused).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('stable: 1.0.0, 0.9.0') });
  const before = readFileSync(join(folder, registryFile));
  expect(await rollback(folder)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('--to 0.9.0') });
  expect(registryOf(folder)).toMatchObject({ traffic: { '1.0.0': 1 }, aliases: { stable: '1.0.0' } });
  writeFileSync(join(folder, registryFile), before);
  expect((await rollback(folder, '--to', '0.9.0')).exitCode).toBe(0);
  expect(registryOf(folder)).toMatchObject({
    traffic: { '0.9.0': 1 },
    aliases: { stable: '0.9.0' },
    versions: {
      '0.9.0': { status: 'stable' },
      '1.0.0': { status: 'archived' },
      [candidate]: { status: 'rolled_back' },
    },
  });
  expect((await run(['registry', 'verify', 'registry'], { cwd: folder })).exitCode).toBe(0);
});

test.each([
  [
    { CANARY_BY: 'nightly', GITHUB_ACTOR: 'ana' },
    { by: 'nightly', bySource: 'CANARY_BY' },
  ],
  [{ GITHUB_ACTOR: 'ana' }, { by: 'ana', bySource: 'GITHUB_ACTOR' }],
  [{ GITLAB_USER_LOGIN: 'bo' }, { by: 'bo', bySource: 'GITLAB_USER_LOGIN' }],
  [
    { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Cleo' },
    { by: 'Cleo', bySource: 'git' },
  ],
])('promote records who acted: %j', async (env, who) => {
  const folder = await starter('evaluated');
  await run(['promote', plan], { cwd: folder, env });
  expect(registryOf(folder).history.at(-1)).toMatchObject({ action: 'enter', ...who });
});

test('without any of these it is the user of the system', async () => {
  const folder = await starter('evaluated');
  await run(['promote', plan], { cwd: folder, env: { HOME: temporaryFolder(), GIT_CONFIG_NOSYSTEM: '1' } });
  expect(registryOf(folder).history.at(-1)).toMatchObject({ bySource: 'system', by: expect.stringMatching(/./u) });
});

test('while the router has not got the last change, evaluate holds and promote exits 5', async () => {
  const folder = await starter('evaluated');
  edit(folder, plan, (text) => `${text}apply: ["exit 1"]\n`);
  judgeAll(folder);
  await evaluate(folder);
  expect((await promote(folder)).exitCode).toBe(5);
  const { exitCode, evidence } = await evaluate(folder);
  expect(exitCode).toBe(3);
  expect(evidence.verdict.reasons[0]).toContain('the router did not get the last change yet');
  expect((await promote(folder)).exitCode).toBe(5);
});

const promotions = runsOf(30, 10);

test(`of ${promotions} promotes at once while versions are added exactly one enters, and none loses to a version`, async () => {
  const folder = await starter('evaluated');
  const signature = join(folder, 'signature.json');
  writeFileSync(
    signature,
    JSON.stringify({ output: { kind: 'classification', labels: ['cancel', 'delivery', 'greeting', 'refund'] } }),
  );
  const add = (number: number) =>
    runInstalled(
      [
        'registry',
        'add',
        'registry',
        'intent-classifier',
        `2.0.${number}`,
        '--runtime',
        'recorded',
        '--signature',
        signature,
      ],
      { cwd: folder },
    );
  const [promotes, adds] = await Promise.all([
    Promise.all(
      Array.from({ length: promotions }, () => runInstalled(['promote', plan, '--stage', 'shadow'], { cwd: folder })),
    ),
    Promise.all(Array.from({ length: 5 }, (_, index) => add(index))),
  ]);
  expect(promotes.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    promotes.map(() => ({ exitCode: 0, stderr: '' })),
  );
  expect(promotes.filter(({ stdout }) => stdout.includes('entered stage shadow (0%)'))).toHaveLength(1);
  expect(adds.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(adds.map(() => [0, '']));
  expect(registryOf(folder).history.filter(({ action }) => action === 'enter')).toHaveLength(1);
}, 120_000);
