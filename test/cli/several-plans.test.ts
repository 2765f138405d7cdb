import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from './harness.ts';
import { edit, plan, starter } from './starter.ts';

/** The starter with plans beside it: one that no schema allows, one whose log is gone, and one that is rolled back. */
async function fleet(): Promise<string> {
  const folder = await starter();
  const text = readFileSync(join(folder, plan), 'utf8');
  const named = (name: string) => text.replace(/^name: .*$/mu, `name: ${name}`);
  writeFileSync(join(folder, 'typo.yaml'), named('typo').replace('stages:', 'stagse:'));
  writeFileSync(join(folder, 'gone.yaml'), named('gone').replace('requests.jsonl', 'gone.jsonl'));
  writeFileSync(join(folder, 'worse.yaml'), named('worse').replace('max: 150ms', 'max: 50ms'));
  return folder;
}

const all = ['typo.yaml', 'gone.yaml', plan, 'worse.yaml'];

test('each of several plans is judged whatever becomes of the others, and a rollback is not hidden', async () => {
  const folder = await fleet();
  const { exitCode, stdout } = await run(['evaluate', ...all, '--quiet'], { cwd: folder });
  expect(exitCode).toBe(4);
  expect(stdout).toBe(
    'typo.yaml: no verdict (exit 2)\ngone.yaml: no verdict (exit 5)\n' +
      'rollout.yaml: Verdict: INCREASE\nworse.yaml: Verdict: ROLLBACK\n',
  );
});

test('a typo comes before a log that is gone, and that before an increase', async () => {
  const folder = await fleet();
  expect((await run(['evaluate', ...all.slice(0, 3), '--quiet'], { cwd: folder })).exitCode).toBe(2);
  expect((await run(['evaluate', ...all.slice(1, 3), '--quiet'], { cwd: folder })).exitCode).toBe(5);
});

test('JSON, outputs, summary and reports list every plan with its verdict or its error', async () => {
  const folder = await fleet();
  const names = ['out', 'summary.md', 'r.html', 'r.prom', 'r.emf.json', 'r.xml', 'r.md', 'r.csv', 'r.json'];
  const [out = '', summary = '', ...reports] = names.map((name) => join(folder, name));
  const env = { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: out, GITHUB_STEP_SUMMARY: summary };
  const args = ['evaluate', ...all, '--format', 'json', '--report', ...reports];
  const { stdout, exitCode } = await run(args, { cwd: folder, env });
  expect(exitCode).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject([
    { planFile: 'typo.yaml', error: { exitCode: 2 } },
    { planFile: 'gone.yaml', error: { exitCode: 5 } },
    { verdict: { decision: 'increase' } },
    { verdict: { decision: 'rollback' } },
  ]);
  const outputs = readFileSync(out, 'utf8');
  expect(outputs).toContain('rollback');
  expect(outputs).toContain('{"planFile":"gone.yaml","verdict":null,"ended":false,"exitCode":5}');
  for (const file of [summary, ...reports.slice(0, 5)]) {
    for (const name of [/typo/u, /gone/u, /rollout\.yaml|intent-classifier-1\.1\.0/u, /worse/u]) {
      expect(readFileSync(file, 'utf8')).toMatch(name);
    }
  }
  expect(readFileSync(join(folder, 'r.prom'), 'utf8')).toMatch(/canary_plan_exit_code\{plan="typo\.yaml".*\} 2/u);
  expect(JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8'))).toEqual(JSON.parse(stdout));
});

test('a rollout that has ended is listed among several and does not decide', async () => {
  const folder = await fleet();
  await run(['promote', 'worse.yaml', '--override', 'rollback', '--by', 'ana', '--reason', 'known bad'], {
    cwd: folder,
  });
  const alone = await run(['evaluate', 'worse.yaml', '--quiet'], { cwd: folder });
  expect(alone.exitCode).toBe(4);
  edit(folder, 'registry/intent-classifier.json', (text) =>
    text.replace('"status": "rolled_back"', '"status": "registered"'),
  );
  const { exitCode, stdout } = await run(['evaluate', plan, 'worse.yaml', '--quiet'], { cwd: folder });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('worse.yaml: Verdict: ROLLBACK (ended)');
});
