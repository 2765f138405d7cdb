import { expect, test } from 'vitest';
import { run, treeOf } from './harness.ts';
import { edit, evaluate, plan, promote, registryOf, starter } from './starter.ts';

/** The starter with a first stage that waits for a person, evaluated. */
async function waiting(): Promise<string> {
  const folder = await starter();
  edit(folder, plan, (text) => text.replace('minRequests: 1000 }', 'minRequests: 1000, approve: true }'));
  return folder;
}

const approve = (folder: string, ...args: string[]) => run(['approve', plan, '--by', 'ana', ...args], { cwd: folder });

test('an increase waits until a person has approved it, and is then entered on the record', async () => {
  const folder = await waiting();
  const { exitCode, evidence } = await evaluate(folder);
  expect(exitCode).toBe(3);
  expect(evidence.verdict.reasons[0]).toBe('stage shadow waits for a person: canary approve records that one agrees');
  const shown = await run(['evaluate', plan], { cwd: folder });
  expect(shown.stdout).toContain('\nNext: canary approve rollout.yaml --by NAME\n');
  expect((await run(['status', plan], { cwd: folder })).stdout).toContain('waits for a person');
  expect((await run(['status', '.'], { cwd: folder })).stdout).toMatch(/canary approve/u);
  expect((await run(['plan', plan], { cwd: folder })).stdout).toContain('approval');
  expect((await promote(folder)).exitCode).toBe(3);
  await evaluate(folder);
  const approved = await approve(folder, '--reason', 'read the report');
  expect(approved).toMatchObject({ exitCode: 0, stderr: '' });
  expect(registryOf(folder).history.at(-1)).toMatchObject({
    action: 'approve',
    stage: 'shadow',
    by: 'ana',
    bySource: '--by',
    reason: 'read the report',
    plan: evidence.plan.sha256,
    evidence: expect.stringMatching(/^sha256:[0-9a-f]{64}$/u),
  });
  expect((await run(['status', plan], { cwd: folder })).stdout).toContain('approve at shadow, by ana: read the report');
  expect((await run(['registry', 'verify', 'registry'], { cwd: folder })).exitCode).toBe(0);
  const after = await evaluate(folder);
  expect(after.exitCode).toBe(0);
  expect(after.evidence.checks).toContainEqual({
    name: 'approval',
    status: 'pass',
    detail: expect.stringMatching(/^approved by ana at \d{4}-/u),
  });
  expect((await promote(folder)).exitCode).toBe(0);
});

test('an approval is of the plan as it is, and a rollback or a step down ends it', async () => {
  const folder = await waiting();
  await evaluate(folder);
  expect((await approve(folder)).exitCode).toBe(0);
  edit(folder, plan, (text) => text.replace('max: 150ms', 'max: 160ms'));
  const changed = await evaluate(folder);
  expect(changed.evidence.verdict.reasons[0]).toMatch(/ana had approved it at .*, and the plan changed since$/u);
  expect((await approve(folder)).exitCode).toBe(0);
  await evaluate(folder);
  expect((await promote(folder)).exitCode).toBe(0);
  edit(folder, plan, (text) => text.replace('minRequests: 100 }', 'minRequests: 100, approve: true }'));
  await evaluate(folder);
  expect((await approve(folder)).exitCode).toBe(0);
  expect((await run(['rollback', plan, '--by', 'ops'], { cwd: folder })).exitCode).toBe(0);
  expect(await approve(folder)).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('rolled back by ops') });
  const again = ['--override', 'increase', '--by', 'ana', '--reason', 'fixed'];
  expect((await promote(folder, ...again)).exitCode).toBe(0);
  const { evidence } = await evaluate(folder);
  expect(evidence.checks).toContainEqual({
    name: 'approval',
    status: 'hold',
    detail: expect.stringMatching(/ana had approved it at .*, and the rollout moved since$/u),
  });
});

test('what is approved or entered already is approved once more without a change', async () => {
  const folder = await waiting();
  await evaluate(folder);
  await approve(folder);
  const before = treeOf(folder);
  expect(await approve(folder)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('approved by ana at') });
  expect(treeOf(folder)).toEqual(before);
  await evaluate(folder);
  await promote(folder);
  const entered = await approve(folder, '--stage', 'shadow', '--format', 'json');
  expect(entered.exitCode).toBe(0);
  expect(JSON.parse(entered.stdout)).toMatchObject({ action: 'none', why: 'stage shadow was entered already' });
});

test.each([
  [['--stage', 'half'], 2, 'Stage half of intent-classifier-1.1.0 needs no approval'],
  [['--stage', 'shado'], 2, 'Did you mean shadow?'],
  [['--by', ' '], 2, 'An approval needs --by NAME'],
  [[], 5, 'There is no evidence for stage shadow'],
] as const)('approve %j is refused with exit %d', async (args, code, told) => {
  const folder = await waiting();
  const before = treeOf(folder);
  const { exitCode, stderr } = await approve(folder, ...args);
  expect(exitCode).toBe(code);
  expect(stderr).toContain(told);
  expect(treeOf(folder)).toEqual(before);
});
