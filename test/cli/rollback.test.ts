import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, runInstalled, treeOf, type Run } from './harness.ts';
import { candidate, edit, linesOf, log, plan, planName, registryFile, registryOf, starter } from './starter.ts';

const rollback = (folder: string, ...args: string[]): Promise<Run> => run(['rollback', plan, ...args], { cwd: folder });

test('takes the candidate out and tells in five lines what was, what is, where, and how to confirm and undo', async () => {
  const folder = await starter('at ten percent');
  const { exitCode, stdout, stderr } = await rollback(folder, '--reason', 'timeouts', '--by', 'ana');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(
    linesOf(stdout)
      .slice(0, 6)
      .map((line) => line.slice(0, 13).trim()),
  ).toEqual(['intent-classi', 'was serving', 'serves now', 'version tag', 'confirm', 'undo']);
  expect(registryOf(folder)).toMatchObject({
    aliases: { stable: '1.0.0' },
    traffic: { '1.0.0': 1 },
    versions: { '1.0.0': { status: 'stable' }, [candidate]: { status: 'rolled_back' } },
  });
  expect(registryOf(folder).history.at(-1)).toMatchObject({ action: 'rollback', by: 'ana', reason: 'timeouts' });
});

test('works when the log is gone, the candidate is not in the plan any more and its artifact is broken', async () => {
  const folder = await starter('at ten percent');
  rmSync(join(folder, log));
  rmSync(join(folder, '.canary'), { recursive: true });
  edit(folder, plan, (text) => text.replace(`candidate: ${candidate}`, 'candidate: 9.9.9'));
  edit(folder, registryFile, (text) =>
    text.replaceAll('"runtime": "recorded"', `"runtime": "tfjs", "path": "gone", "sha256": "${'0'.repeat(64)}"`),
  );
  expect(await rollback(folder)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(registryOf(folder).traffic).toEqual({ '1.0.0': 1 });
});

test("works from the model's name alone when there is no plan", async () => {
  const folder = await starter('at ten percent');
  rmSync(join(folder, plan));
  const { exitCode, stderr } = await rollback(folder);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('canary rollback MODEL --registry DIR');
  expect(await run(['rollback', 'intent-classifier', '--registry', 'registry'], { cwd: folder })).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  expect(registryOf(folder).traffic).toEqual({ '1.0.0': 1 });
});

test('once more exits 0, says that it is done already and changes nothing', async () => {
  const folder = await starter('at ten percent');
  await rollback(folder, '--by', 'ana');
  const before = treeOf(folder);
  const { exitCode, stdout } = await rollback(folder);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('nothing to roll back\n  1.1.0 was rolled back by ana at');
  expect(treeOf(folder)).toEqual(before);
});

test('of eight people who roll back at once all exit 0, and it is done once', async () => {
  const folder = await starter('at ten percent');
  const runs = await Promise.all(Array.from({ length: 8 }, () => runInstalled(['rollback', plan], { cwd: folder })));
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 0));
  expect(registryOf(folder).history.filter(({ action }) => action === 'rollback')).toHaveLength(1);
});

test('of a rollout that has not begun says so and changes nothing', async () => {
  const folder = await starter();
  const before = treeOf(folder);
  const { exitCode, stdout } = await rollback(folder);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('intent-classifier-1.1.0 has not entered a stage');
  expect(treeOf(folder)).toEqual(before);
});

test('--rehearse does it on a copy and records date and outcome', async () => {
  const folder = await starter();
  const { traffic, versions } = registryOf(folder);
  expect(await rollback(folder, '--rehearse', '--by', 'ana')).toMatchObject({ exitCode: 0, stderr: '' });
  const after = registryOf(folder);
  expect(after).toMatchObject({ revision: 1, traffic, versions, rollouts: {} });
  expect(after.history).toMatchObject([{ action: 'rehearse', rollout: planName, outcome: 'succeeded', by: 'ana' }]);
});

test('--rehearse of a rollout under way leaves its traffic alone', async () => {
  const folder = await starter('at ten percent');
  const { exitCode, stdout } = await rollback(folder, '--rehearse');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('1.1.0 10% → 0%');
  expect(registryOf(folder).traffic).toEqual({ '1.0.0': 0.9, [candidate]: 0.1 });
});

test('--rehearse that fails exits 5 and records that it failed, and why', async () => {
  const folder = await starter('at ten percent');
  const { exitCode, stderr } = await runInstalled(['rollback', plan, '--rehearse'], {
    cwd: folder,
    env: { TMPDIR: '/nowhere' },
  });
  expect(exitCode).toBe(5);
  expect(stderr).toContain('cannot be copied to /nowhere');
  expect(registryOf(folder).history.at(-1)).toMatchObject({
    action: 'rehearse',
    outcome: 'failed',
    reason: expect.stringContaining('cannot be copied'),
  });
});

test('canary plan warns of a rollback that was never rehearsed until it was', async () => {
  const folder = await starter();
  const review = () => run(['plan', plan], { cwd: folder });
  expect((await review()).stderr).toContain('the rollback was never rehearsed; run canary rollback PLAN --rehearse');
  await rollback(folder, '--rehearse');
  expect((await review()).stderr).not.toContain('rehearsed');
});

test('--format json prints what was and what is', async () => {
  const { stdout } = await rollback(await starter('at ten percent'), '--format', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    action: 'rollback',
    rollout: { candidate },
    stage: 'canary-10',
    before: { traffic: { [candidate]: 0.1 } },
    now: { traffic: { '1.0.0': 1 }, aliases: { stable: '1.0.0' } },
  });
});
