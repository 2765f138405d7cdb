import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, temporaryFolder, type Run } from '../cli/harness.ts';
import { writeRollout } from '../cli/http-rollout.ts';
import {
  askForMore,
  edit,
  editRecords,
  plan,
  registryFile,
  registryOf,
  starter,
  type StarterState,
} from '../cli/starter.ts';
import { serve } from '../models/http/loopback.ts';

const secret = 'tok-5ecret';

function git(folder: string, ...args: readonly string[]): void {
  const name = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main'];
  execFileSync('git', [...name, ...args], { cwd: folder, stdio: 'pipe' });
}

/** A starter in a git work tree, as a pull request has it; the token of the checkout is where a CI job leaves it. */
async function change(state: StarterState = 'new'): Promise<string> {
  const folder = await starter(state);
  git(folder, 'init');
  appendFileSync(join(folder, '.git/config'), `\n[http]\n\textraheader = AUTHORIZATION: ${secret}\n`);
  return folder;
}

function gate(folder: string, ...args: readonly string[]): Promise<Run> {
  return run(['evaluate', plan, '--no-run', ...args], { cwd: folder, env: { CI_TOKEN: secret } });
}

/** Why a command gave no verdict, which must not tell the secret either. */
function refusal({ exitCode, stdout, stderr }: Run): string {
  if ((exitCode !== 2 && exitCode !== 5) || stdout !== '') return `not refused, exit ${exitCode}`;
  return stderr.includes('5ecret') ? 'refused, but the secret is told' : stderr;
}

test('recorded outcomes are judged where nothing may be run', async () => {
  const folder = await change();
  expect(await gate(folder)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Verdict: INCREASE') });
  const { exitCode } = await run(['promote', plan, '--no-run'], { cwd: folder });
  expect(exitCode).toBe(0);
});

test('a program is not started, and the gate says why there is no verdict', async () => {
  const folder = await change();
  edit(folder, registryFile, (text) =>
    text.replace(
      /("1\.1\.0": \{[^]*?"artifact": )\{\s*"runtime": "recorded"\s*\}/u,
      '$1{ "runtime": "command", "command": ["touch", "ran"] }',
    ),
  );
  editRecords(folder, (record) => ({ ...record, input: record.label }));
  expect(refusal(await gate(folder))).toContain(
    'Version 1.1.0 (command) would have to run, but --no-run allows nothing to run',
  );
  expect(existsSync(join(folder, 'registry/ran'))).toBe(false);
  const { exitCode } = await run(['evaluate', plan], { cwd: folder, env: { CANARY_NO_RUN: '1' } });
  expect(exitCode).toBe(5);
  expect(existsSync(join(folder, 'registry/ran'))).toBe(false);
});

test('a server is asked nothing and gets no variable of the environment', async () => {
  const server = await serve(() => ({ json: { p: [1, 0] } }));
  const artifact = {
    runtime: 'http',
    url: server.url,
    protocol: 'json',
    headers: { Authorization: '${CI_TOKEN}' },
    body: { x: '{{input}}' },
    answer: { scores: 'p' },
  } as const;
  const folder = writeRollout({
    baseline: artifact,
    candidate: { ...artifact, url: `${server.url}/new` },
    signature: { input: { kind: 'tensor', shape: [1] }, output: { kind: 'classification', labels: ['no', 'yes'] } },
    records: [{ input: [1], label: 'no' }],
    guardrails: ['{ metric: error_rate, max: 5% }'],
  });
  const asked = (...args: readonly string[]) =>
    run(['evaluate', 'plan.yaml', ...args], { cwd: folder, env: { CI_TOKEN: secret } });
  expect(refusal(await asked('--no-run'))).toContain('would have to run');
  expect(refusal(await asked('--allow-env', 'MODEL_TOKEN'))).toContain("send the environment's CI_TOKEN");
  expect(refusal(await asked('--allow-host', 'models.internal'))).toContain('but no --allow-host names it');
  expect(server.received).toEqual([]);
});

test.each([
  ['the file with the token of the checkout', '.git/config'],
  ['a file outside of it', '../outside'],
  ['a link that leads outside', 'link.yaml'],
  ['the environment of the process', '/proc/self/environ'],
])('a plan cannot have %s read as its base', async (_, base) => {
  const outside = temporaryFolder();
  const folder = join(outside, 'checkout');
  cpSync(await change(), folder, { recursive: true });
  writeFileSync(join(outside, 'outside'), `password: ${secret}\n`);
  symlinkSync('../outside', join(folder, 'link.yaml'));
  edit(folder, plan, (text) => `extends: ${base}\n${text}`);
  expect(refusal(await gate(folder))).toContain('lies outside the checkout');
  // Where files outside may be read, what is wrong in them is told without what is written there.
  const trusting = await run(['plan', plan], { cwd: folder });
  expect(trusting.exitCode).not.toBe(0);
  expect(trusting.stdout + trusting.stderr).not.toContain('5ecret');
});

test.each(['../outside.jsonl', 'link.jsonl', 'logs/*.jsonl'])(
  'a plan cannot have %s read as its log',
  async (source) => {
    const outside = temporaryFolder();
    const folder = join(outside, 'checkout');
    cpSync(await change(), folder, { recursive: true });
    writeFileSync(join(outside, 'outside.jsonl'), `{"password":"${secret}"}\n`);
    symlinkSync('../outside.jsonl', join(folder, 'link.jsonl'));
    mkdirSync(join(folder, 'logs'));
    symlinkSync('../../outside.jsonl', join(folder, 'logs/a.jsonl'));
    edit(folder, plan, (text) => text.replace('source: requests.jsonl', `source: '${source}'`));
    expect(refusal(await gate(folder))).toContain('lies outside the checkout');
  },
);

test('evidence and outcomes that the change brought along are refused by name, with and without --no-run', async () => {
  const folder = await change('evaluated');
  git(folder, 'add', '--force', '.canary');
  for (const args of [
    ['evaluate', plan],
    ['evaluate', plan, '--no-run'],
    ['promote', plan],
    ['plan', plan],
  ]) {
    expect(refusal(await run(args, { cwd: folder }))).toContain('is tracked by git');
  }
  expect(registryOf(folder).revision).toBe(0);
});

test('evidence that was named is refused under --no-run where the change brought it along', async () => {
  const folder = await change('evaluated');
  const evidence = 'evidence.json';
  cpSync(join(folder, '.canary/intent-classifier-1.1.0/shadow/evidence.json'), join(folder, evidence));
  git(folder, 'add', evidence);
  expect(refusal(await run(['promote', plan, '--evidence', evidence, '--no-run'], { cwd: folder }))).toContain(
    'is tracked by git',
  );
});

test('outside of a git work tree nothing tells who wrote a work folder', async () => {
  const folder = await starter('evaluated');
  expect(refusal(await gate(folder))).toContain('It is not known who wrote');
});

test('apply is not run, and the registry says that the router does not know', async () => {
  const folder = await change();
  edit(folder, plan, (text) => `${text}apply: ["touch ran"]\n`);
  await gate(folder);
  const { exitCode } = await run(['promote', plan, '--no-run'], { cwd: folder });
  expect([exitCode, existsSync(join(folder, 'ran'))]).toEqual([5, false]);
  expect(registryOf(folder).applied).toBe(false);
});

test('plan and registry of a trusted checkout count, whatever the change says', async () => {
  const base = await change();
  askForMore(base);
  const folder = await change();
  expect((await gate(folder)).exitCode).toBe(0);
  expect(await gate(folder, '--trusted', base)).toMatchObject({ exitCode: 3 });
  expect(refusal(await gate(folder, '--trusted', join(base, 'nowhere')))).toContain('--trusted');
});
