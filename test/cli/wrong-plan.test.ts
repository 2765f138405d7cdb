import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, treeOf } from './harness.ts';
import { edit, linesOf, plan, starter } from './starter.ts';

const { stdout: overview } = await run(['--help']);
/** Every command that takes a plan first, as the program's own help lists them. */
const commands = [...overview.matchAll(/^ {2}([a-z]+) \[options\] [<[]plan\b/gmu)].flatMap(([, name]) => name ?? []);
/** What else a command must be given before it looks at its plan. */
const needs: Readonly<Record<string, readonly string[]>> = {
  worker: ['--queue', 'redis://127.0.0.1:1', '--store', 'store'],
  approve: ['--by', 'ann'],
  notify: ['--test'],
  sql: ['--dialect', 'duckdb'],
};

/** What is wrong, what is written in whose place, and what the message says to write. */
const mistakes: [mistake: string, right: string, wrong: string, told: string][] = [
  ['an unknown key', 'candidate: 1.1.0', 'candidat: 1.1.0', 'did you mean candidate?'],
  ['a weight of 10', 'weight: 10%', 'weight: 10', 'write 0.1 or 10%'],
  ['weights that fall', 'weight: 50%', 'weight: 5%', 'put the stages in order of their weights'],
  [
    'a last weight below 1',
    'full, weight: 1 ',
    'full, weight: 0.9 ',
    'add a stage after it: { name: full, weight: 1 }',
  ],
  ['a bound in the wrong direction', 'accuracy, maxDecrease', 'accuracy, maxIncrease', 'maxDecrease: 1pp'],
  ['an unknown metric', 'metric: accuracy', 'metric: acuracy', 'did you mean accuracy?'],
  ['an unknown version', 'candidate: 1.1.0', 'candidate: 1.2.0', 'one of stable, 1.0.0, 1.1.0'],
  ['an unquoted 1.4', 'baseline: stable', 'baseline: 1.4', 'write baseline: "1.4"'],
];

test.each(mistakes)('%s: exit 2, told with its line, nothing written', async (_, right, wrong, told) => {
  const folder = await starter();
  let line = 0;
  edit(folder, plan, (text) => {
    line = text.slice(0, text.indexOf(right)).split('\n').length;
    return text.replace(right, wrong);
  });
  const before = treeOf(folder);
  const { exitCode, stdout, stderr } = await run(['evaluate', plan], { cwd: folder });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^rollout\\.yaml:${line}:\\d+ `, 'u'));
  expect(stderr).toContain(told);
  expect(treeOf(folder)).toEqual(before);
});

test('a YAML syntax error: exit 2, told with its line, nothing written', async () => {
  const folder = await starter();
  edit(folder, plan, (text) => text.replace('model: intent-classifier', 'model: "intent-classifier'));
  const before = treeOf(folder);
  const { exitCode, stdout, stderr } = await run(['evaluate', plan], { cwd: folder });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^rollout\.yaml:\d+:\d+ not valid YAML/u);
  expect(treeOf(folder)).toEqual(before);
});

test('the help lists the commands that take a plan', () => {
  expect(commands).toEqual(expect.arrayContaining(['plan', 'evaluate', 'promote', 'status', 'assign']));
});

test.each(commands)('%s of a plan that is not there: exit 2, nothing written', async (command) => {
  const folder = await starter();
  const before = treeOf(folder);
  const { exitCode, stdout, stderr } = await run([command, 'absent.yaml', ...(needs[command] ?? [])], { cwd: folder });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('absent.yaml does not exist');
  expect(treeOf(folder)).toEqual(before);
});

test('all mistakes are told at once', async () => {
  const folder = await starter();
  edit(folder, plan, (text) =>
    text
      .replace('weight: 10%', 'weight: 10')
      .replace('metric: accuracy', 'metric: acuracy')
      .replace('stages:', 'extra: 1\nstages:'),
  );
  const { exitCode, stderr } = await run(['plan', plan], { cwd: folder });
  expect(exitCode).toBe(2);
  const places = linesOf(stderr).filter((line) => /^\S*rollout\.yaml:\d+:\d+/u.test(line.trim()));
  expect(places.length).toBe(3);
});

test('a mistake in one of two plans keeps the other from nothing, and decides the exit code', async () => {
  const folder = await starter();
  const { exitCode, stdout, stderr } = await run(['evaluate', 'absent.yaml', plan], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stdout).toMatch(/^Verdict: INCREASE$/mu);
  expect(stderr).toContain('absent.yaml');
});

test('more mistakes than a byte counts still exit 2', async () => {
  const folder = await starter();
  appendFileSync(join(folder, plan), Array.from({ length: 258 }, (_, index) => `unknown${index}: true\n`).join(''));
  const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('258 errors');
});

test('init refuses a folder with a plan in it and overwrites nothing', async () => {
  const folder = await starter();
  const before = treeOf(folder);
  const { exitCode, stderr } = await run(['init', '.'], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('rollout.yaml');
  expect(treeOf(folder)).toEqual(before);
});
