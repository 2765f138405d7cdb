import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../cli/harness.ts';
import { edit, editRecords, evaluate, plan, planName, promote, starter, statusOf } from '../cli/starter.ts';

const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));

test.each([
  ['a pipe', (path: string) => spawnSync('mkfifo', [path])],
  ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ['a folder', (path: string) => mkdirSync(path)],
])('a base file that is %s is refused at once, with the place', async (kind, make) => {
  const folder = await starter();
  make(join(folder, 'defaults.yaml'));
  edit(folder, plan, (text) => `extends: defaults.yaml\n${text}`);
  const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`it is ${kind}, not a regular file`);
});

test('a NUL in what users send does not keep the others from a verdict', async () => {
  const folder = await starter();
  editRecords(folder, (record, index) => {
    const locale = index % 3 === 0 ? 'de\0DE' : record.context.locale;
    return { ...record, user_id: `${record.user_id}\0`, context: { locale } };
  });
  const { exitCode, evidence } = await evaluate(folder);
  expect([exitCode, evidence.verdict.decision]).toEqual([0, 'increase']);
  expect(evidence.guardrails.map(({ segment }) => segment)).toContainEqual({ locale: 'de\0DE' });
});

test.each(['constructor', 'toString', 'hasOwnProperty'])('a rollout may be called %s', async (name) => {
  const folder = await starter();
  edit(folder, plan, (text) => text.replace(`name: ${planName}`, `name: ${name}`));
  expect((await evaluate(folder)).exitCode).toBe(0);
  expect((await promote(folder)).exitCode).toBe(0);
  expect(await statusOf(folder)).toMatchObject({ stages: [{ name: 'shadow', entered: true }, {}, {}, {}] });
});

test('outputs of a CI job that cannot be written end with exit 5, since the steps after it would read nothing', async () => {
  const folder = await starter('evaluated');
  const env = { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: folder };
  const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder, env });
  expect(exitCode).toBe(5);
  expect(stderr).toContain(`GITHUB_OUTPUT names ${folder}, which cannot be written`);
});

test.skipIf(process.platform !== 'linux')(
  'a result that nobody can read, on a full disk, ends with exit 5',
  async () => {
    const folder = await starter('evaluated');
    const into = (target: string) =>
      spawnSync('sh', ['-c', `exec "$@" > ${target}`, 'sh', process.execPath, program, 'status', plan], {
        cwd: folder,
        encoding: 'utf8',
      });
    const { status, stderr } = into('/dev/full');
    expect(status).toBe(5);
    expect(stderr).toContain('The result could not be written to standard output');
  },
);
