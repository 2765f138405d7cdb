import { expect, test } from 'vitest';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, temporaryFolder } from './harness.ts';

const plan = 'rollout.yaml';

test('the live starter is walked to the end on its shipped log, its ramp included', async () => {
  const folder = temporaryFolder();
  const command = (...args: string[]) => run(args, { cwd: folder });
  expect((await command('init', '.', '--live')).exitCode).toBe(0);

  const first = await command('evaluate', plan);
  expect(first.exitCode).toBe(3);
  expect(first.stdout).toContain('1.1.0 has not served anything that canary-5 could rest on');
  expect(first.stdout).toContain('Next: canary promote rollout.yaml --override increase --by NAME --reason TEXT');
  expect((await command('promote', plan)).exitCode).toBe(3);
  const begun = await command('promote', plan, '--override', 'increase', '--by', 'ana', '--reason', 'first percent');
  expect(begun.exitCode).toBe(0);

  for (const stage of ['canary-25', 'full']) {
    const status = await command('status', plan);
    expect(status.stdout).toContain(`asks whether stage ${stage} may begin`);
    const evaluated = await command('evaluate', plan);
    expect({ stage, code: evaluated.exitCode }).toEqual({ stage, code: 0 });
    expect((await command('promote', plan)).exitCode).toBe(0);
  }
  const file = join(folder, 'registry/intent-classifier.json');
  expect(parseRegistry(readFileSync(file, 'utf8'), file)).toMatchObject({
    aliases: { stable: '1.1.0' },
    traffic: { '1.1.0': 1 },
  });
  expect((await command('registry', 'verify', 'registry')).exitCode).toBe(0);
});

test('a first live stage of more than 5% cannot be begun without evidence', async () => {
  const folder = temporaryFolder();
  await run(['init', '.', '--live'], { cwd: folder });
  const { exitCode, stderr } = await run(
    ['promote', plan, '--stage', 'canary-25', '--override', 'increase', '--by', 'ana', '--reason', 'hurry'],
    { cwd: folder },
  );
  expect(exitCode).toBe(5);
  expect(stderr).toContain('There is no evidence for stage canary-25');
});

test('the first starter is walked from shadow to stable on its own log, each stage increasing', async () => {
  const folder = temporaryFolder();
  await run(['init', '.'], { cwd: folder });
  for (const stage of ['shadow', 'canary-10', 'half', 'full']) {
    const evaluated = await run(['evaluate', plan, '--quiet'], { cwd: folder });
    expect({ stage, code: evaluated.exitCode }).toEqual({ stage, code: 0 });
    expect((await run(['promote', plan], { cwd: folder })).exitCode).toBe(0);
  }
});
