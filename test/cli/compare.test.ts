import { expect, test } from 'vitest';
import { run, treeOf } from './harness.ts';
import { baseline, candidate, evaluate, log, plan, starter } from './starter.ts';

const compare = (folder: string, ...args: string[]) =>
  run(['compare', ...args, '--log', log, '--registry', 'registry'], { cwd: folder });

/** The differences in accuracy on the whole. */
function whole(comparisons: readonly { metric: string; segment: unknown; delta?: number }[]) {
  return comparisons
    .filter(({ metric, segment }) => metric === 'accuracy' && segment === null)
    .map(({ delta }) => delta);
}

test('compares two versions as an evaluation does, without a verdict, and keeps nothing', async () => {
  const folder = await starter();
  const before = treeOf(folder);
  const { exitCode, stdout, stderr } = await compare(folder, baseline, candidate, '--format', 'json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(treeOf(folder)).toEqual(before);
  const told = JSON.parse(stdout);
  const { evidence } = await evaluate(folder);
  expect(whole(told.comparisons)).toEqual(whole(evidence.comparisons));
  const text = await compare(folder, 'stable', candidate);
  expect(text.stdout).toMatch(/^intent-classifier: 1\.1\.0 against 1\.0\.0\n/u);
  for (const said of [stdout, text.stdout])
    expect(said).not.toMatch(/\b(?:verdict|guardrail|breach|rollback|hold|inconclusive)\b/iu);
});

test('the newer version may be the one that is compared with', async () => {
  const { exitCode, stdout } = await compare(await starter(), candidate, baseline);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('-2.97 pp');
});

test('a rollout under way or a router that waits is nothing to it', async () => {
  const folder = await starter('at ten percent');
  expect((await run(['status', plan], { cwd: folder })).exitCode).toBe(0);
  expect((await compare(folder, baseline, candidate)).exitCode).toBe(0);
});

test.each([
  [['1.0.0', '1.1.1'], 2, 'Did you mean 1.1.0?'],
  [['1.0.0', 'stable'], 2, 'Both versions are 1.0.0'],
  [['1.0.0', '1.1.0', 'intents'], 5, 'intents'],
  [['1.0.0', '1.1.0', '--fail-on', 'hold'], 2, "unknown option '--fail-on'"],
] as const)('compare %j exits %d', async (args, code, told) => {
  const { exitCode, stderr, stdout } = await compare(await starter(), ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
  expect(stderr).toContain(told);
});
