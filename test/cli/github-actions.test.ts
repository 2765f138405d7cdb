import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, temporaryFolder } from './harness.ts';
import { shippedRollouts } from './shipped.ts';

const plan = 'rollouts/after-60-minutes.yaml';

/** The shipped rollouts in a job of GitHub Actions, with numbers that a test may change. */
function job(change: (csv: string) => string = (csv) => csv) {
  const folder = shippedRollouts();
  const numbers = join(folder, 'rollouts/after-60-minutes.csv');
  writeFileSync(numbers, change(readFileSync(numbers, 'utf8')));
  const files = temporaryFolder();
  const [output, summary] = [join(files, 'output'), join(files, 'summary')];
  const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary };
  return {
    folder,
    env,
    summary,
    outputs: () => outputsIn(readFileSync(output, 'utf8')),
    summaryText: () => readFileSync(summary, 'utf8'),
  };
}

function outputsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)<<(\S+)\n(.*?)\n\2$/gmsu)].map(([, name, , value]) => [name, value]),
  );
}

describe('in a job of GitHub Actions', () => {
  test('a breach is an error on the line of its bound, and the result stays alone on standard output', async () => {
    const { folder, env, outputs, summaryText } = job((csv) => csv.replace('112ms', '130ms'));
    const { exitCode, stdout, stderr } = await run(['evaluate', plan, '--format', 'json'], { cwd: folder, env });
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: { decision: 'rollback' } });
    const text = readFileSync(join(folder, plan), 'utf8').split('\n');
    const line = text.findIndex((each) => each.includes('latency.p95, max: 120ms')) + 1;
    const column = (text[line - 1] ?? '').indexOf('120ms') + 1;
    expect(stderr).toBe(
      `::error file=${plan},line=${line},col=${column},title=latency.p95 breach::latency.p95 is 130.0 ms, as observed; allowed: max 120 ms: breach\n`,
    );
    expect(outputs()).toMatchObject({
      verdict: 'rollback',
      weight: '0',
      evidence: expect.stringContaining('evidence.json'),
    });
    expect(summaryText()).toMatch(/^## .*Verdict: ROLLBACK/u);
  });

  test('what holds is a warning, on the line that asked', async () => {
    const { folder, env, outputs } = job((csv) => csv.replace('90.3%,4000', '90.3%,40'));
    const { exitCode, stderr } = await run(['evaluate', plan, '--fail-on', 'rollback'], { cwd: folder, env });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^::warning file=rollouts\/after-60-minutes\.yaml,line=\d+,col=\d+,title=accuracy inconclusive::/u,
    );
    expect(outputs()).toMatchObject({ verdict: 'hold', weight: '0' });
  });

  test('wrong numbers are errors on their own lines, from wherever the command runs', async () => {
    const { folder, env } = job((csv) => csv.replace('112ms', '112'));
    const { exitCode, stderr } = await run(['evaluate', 'after-60-minutes.yaml'], {
      cwd: join(folder, 'rollouts'),
      env,
    });
    expect(exitCode).toBe(5);
    expect(stderr).toContain(
      '::error file=rollouts/after-60-minutes.csv,line=3,col=23,title=invalid-value::value: 112 is not a time',
    );
  });

  test('promote tells what it did', async () => {
    const { folder, env, outputs } = job();
    await run(['evaluate', plan], { cwd: folder });
    expect(await run(['promote', plan], { cwd: folder, env })).toMatchObject({ exitCode: 0 });
    expect(outputs()).toEqual({ verdict: 'increase', weight: '0.1' });
  });

  test('a summary that is nearly full gets the verdict alone, and a full one nothing', async () => {
    const { folder, env, summary, summaryText } = job();
    writeFileSync(summary, 'x'.repeat(1024 * 1024 - 200));
    await run(['evaluate', plan], { cwd: folder, env });
    expect(summaryText()).toMatch(/x\n?Verdict of canary-10: increase\n$/u);
    writeFileSync(summary, 'x'.repeat(1024 * 1024));
    await run(['evaluate', plan], { cwd: folder, env });
    expect(summaryText()).toHaveLength(1024 * 1024);
  });
});

test('elsewhere nothing of it is written', async () => {
  const { folder, env, summary } = job((csv) => csv.replace('112ms', '130ms'));
  const { stderr } = await run(['evaluate', plan], { cwd: folder, env: { ...env, GITHUB_ACTIONS: '' } });
  expect(stderr).toBe('');
  expect(() => readFileSync(summary)).toThrow('ENOENT');
});

describe('--format json', () => {
  test('of several plans is one list, also where one has no verdict', async () => {
    const { folder } = job();
    const other = join(folder, 'rollouts/other.yaml');
    const text = readFileSync(join(folder, plan), 'utf8').replace('name: after-60-minutes', 'name: other');
    writeFileSync(other, text);
    writeFileSync(
      join(folder, 'rollouts/broken.yaml'),
      text.replace('name: other', 'name: broken').replace('.csv', '-gone.csv'),
    );
    const files = [plan, 'rollouts/broken.yaml', 'rollouts/other.yaml'];
    const { exitCode, stdout, stderr } = await run(['evaluate', ...files, '--format', 'json'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject([
      { plan: { name: 'after-60-minutes' } },
      { planFile: 'rollouts/broken.yaml', error: { exitCode: 5 } },
      { plan: { name: 'other' } },
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining('there is no such file') });
  });

  test('of one plan is its evidence', async () => {
    const { folder } = job();
    const { stdout } = await run(['evaluate', plan, '--format', 'json'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1 });
  });
});
