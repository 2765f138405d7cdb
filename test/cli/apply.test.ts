import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, treeOf, type Run } from './harness.ts';
import {
  candidate,
  edit,
  evaluate,
  judgeAll,
  linesOf,
  plan,
  promote,
  registryOf,
  starter,
  statusOf,
} from './starter.ts';

/** Keeps what it is told, unless the file `broken` is there. */
const command = 'test ! -e broken && cat >> router.jsonl && echo the router heard';

/** The starter with a router, after evaluating its first stage. */
async function withRouter(): Promise<string> {
  const folder = await starter();
  judgeAll(folder);
  edit(folder, plan, (text) => `${text}apply: ['${command}']\n`);
  await evaluate(folder);
  return folder;
}

const breakRouter = (folder: string) => writeFileSync(join(folder, 'broken'), '');
const apply = (folder: string): Promise<Run> => run(['apply', plan], { cwd: folder });

function heard(folder: string): unknown[] {
  const path = join(folder, 'router.jsonl');
  return existsSync(path) ? linesOf(readFileSync(path, 'utf8')).map((line) => JSON.parse(line)) : [];
}

test('promote tells the commands of the plan, in its folder, and the registry says applied', async () => {
  const folder = await withRouter();
  const { exitCode, stdout, stderr } = await run(['promote', join(folder, plan)]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'the router heard\n' });
  expect(stdout).not.toContain('the router heard');
  expect(heard(folder)).toMatchObject([
    { model: 'intent-classifier', revision: 1, traffic: { '1.0.0': 1, [candidate]: 0 }, change: { stage: 'shadow' } },
  ]);
  expect(registryOf(folder)).toMatchObject({ applied: true, revision: 2 });
});

test('a command that fails exits 5; registry and status say so, and canary apply tries again', async () => {
  const folder = await withRouter();
  breakRouter(folder);
  const { exitCode, stdout } = await promote(folder);
  expect(exitCode).toBe(5);
  expect(stdout.replaceAll(/\s+/gu, ' ')).toContain('exited with 1. canary apply rollout.yaml tries again.');
  expect(registryOf(folder)).toMatchObject({ applied: false, revision: 1, traffic: { [candidate]: 0 } });
  expect(await statusOf(folder)).toMatchObject({ applied: false, next: { command: 'canary apply rollout.yaml' } });
  expect((await apply(folder)).exitCode).toBe(5);
  rmSync(join(folder, 'broken'));
  expect((await apply(folder)).exitCode).toBe(0);
  expect(heard(folder)).toHaveLength(1);
  expect(registryOf(folder)).toMatchObject({ applied: true, revision: 2 });
  expect(await statusOf(folder)).toMatchObject({ applied: true, next: { command: 'canary evaluate rollout.yaml' } });
});

test('rollback takes the candidate out in the registry even where the router cannot be told, and exits 5', async () => {
  const folder = await withRouter();
  await promote(folder);
  await evaluate(folder);
  await promote(folder);
  breakRouter(folder);
  expect((await run(['rollback', plan], { cwd: folder })).exitCode).toBe(5);
  expect(registryOf(folder)).toMatchObject({ applied: false, traffic: { '1.0.0': 1 } });
  rmSync(join(folder, 'broken'));
  await apply(folder);
  expect(heard(folder).at(-1)).toMatchObject({ traffic: { '1.0.0': 1 }, change: { action: 'rollback' } });
});

test('a rollback without the plan leaves the registry saying that the router was not told', async () => {
  const folder = await withRouter();
  await promote(folder);
  await run(['rollback', 'intent-classifier', '--registry', 'registry'], { cwd: folder });
  expect(registryOf(folder)).toMatchObject({ applied: false, traffic: { '1.0.0': 1 } });
});

test('neither a dry run nor a rehearsal tells the router', async () => {
  const folder = await withRouter();
  await promote(folder, '--dry-run');
  await run(['rollback', plan, '--rehearse'], { cwd: folder });
  expect(heard(folder)).toEqual([]);
});

test('the commands are no part of what evidence is bound to', async () => {
  const folder = await withRouter();
  edit(folder, plan, (text) => text.replace(command, 'true'));
  expect((await promote(folder)).exitCode).toBe(0);
});

test('canary apply of a plan without commands exits 2 and changes nothing', async () => {
  const folder = await starter();
  const before = treeOf(folder);
  const { exitCode, stderr } = await apply(folder);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('rollout.yaml has neither apply commands nor routing');
  expect(treeOf(folder)).toEqual(before);
});

test('a file of a route that cannot be written leaves the registry unapplied, and the commands are not run', async () => {
  const folder = await withRouter();
  const route = '{ target: istio, file: deploy/route.yaml, service: intent }';
  edit(folder, plan, (text) => `${text}routing: [${route}]\n`);
  mkdirSync(join(folder, 'deploy/route.yaml'), { recursive: true });
  const { exitCode, stdout } = await promote(folder);
  expect(exitCode).toBe(5);
  expect(stdout.replaceAll(/\s+/gu, ' ')).toContain('deploy/route.yaml cannot be written: it is not a regular file');
  expect(heard(folder)).toEqual([]);
  rmSync(join(folder, 'deploy'), { recursive: true });
  expect((await apply(folder)).exitCode).toBe(0);
  expect(readFileSync(join(folder, 'deploy/route.yaml'), 'utf8')).toContain('weight: 100');
  expect(heard(folder)).toHaveLength(1);
});
