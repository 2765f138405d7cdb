import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casesOf } from '../fixtures/tiers.ts';
import { run, temporaryFolder } from './harness.ts';
import { checkoutOf, evidenceOf, storeRollout } from './store-rollout.ts';

let folder: string;
let alone: string;

const copy = (remove?: (cleanUp: () => void) => void) => checkoutOf(folder, remove);

beforeAll(async () => {
  folder = storeRollout(2 * 8192 + 60, afterAll);
  alone = await evidenceOf(copy(afterAll));
});

/** Each number of shards, in an order of its own. */
const shards: readonly (readonly [number, readonly number[]])[] = [
  [4, [3, 1, 4, 2]],
  [1, [1]],
  [2, [2, 1]],
  [3, [2, 3, 1]],
  [7, [5, 1, 7, 2, 6, 4, 3]],
  [16, [9, 2, 16, 1, 11, 4, 13, 6, 15, 8, 3, 10, 5, 12, 7, 14]],
];

test.each(casesOf(shards, 6))(
  '%i shards of a store, in any order, give the evidence of one process',
  async (of, order) => {
    const store = temporaryFolder();
    for (const number of order) {
      const args = ['replay', 'plan.yaml', '--store', store, '--shard', `${number}/${of}`];
      // Each is a machine of its own, with a checkout of its own.
      expect(await run(args, { cwd: copy() })).toMatchObject({ exitCode: 0 });
    }
    expect(await evidenceOf(copy(), ['--store', store])).toBe(alone);
  },
);

describe('a store that lacks windows', () => {
  let store: string;
  beforeAll(async () => {
    store = temporaryFolder(afterAll);
    await run(['replay', 'plan.yaml', '--store', store, '--shard', '2/3'], { cwd: copy(afterAll) });
  });

  test('is told by --status, which exits 3 until all are there', async () => {
    const status = ['replay', 'plan.yaml', '--store', store, '--status'];
    const { exitCode, stdout } = await run(status, { cwd: copy() });
    expect(exitCode).toBe(3);
    expect(stdout).toBe(`1.0.0  1 of 3 windows; missing: 1, 3\n1.1.0  1 of 3 windows; missing: 1, 3\nStore: ${store}`);
    const json = JSON.parse((await run([...status, '--format', 'json'], { cwd: copy() })).stdout);
    expect(json).toMatchObject({ complete: false, versions: [{ windows: 3, missing: [1, 3] }, {}] });
  });

  test('is not judged, and the message names what is missing', async () => {
    const result = await run(['evaluate', 'plan.yaml', '--store', store], { cwd: copy() });
    expect(result).toMatchObject({ exitCode: 5, stdout: '' });
    expect(result.stderr).toContain(`The store ${store} lacks 2 of 3 windows of 1.0.0: 1, 3`);
  });

  test('is filled and judged by --fill, and is then complete', async () => {
    const filled = temporaryFolder();
    cpSync(store, filled, { recursive: true });
    expect(await evidenceOf(copy(), ['--store', filled, '--fill'])).toBe(alone);
    expect((await run(['replay', 'plan.yaml', '--store', filled, '--status'], { cwd: copy() })).exitCode).toBe(0);
  });
});

test('--fresh of one shard forgets nothing that others made, and of --status nothing at all', async () => {
  const store = temporaryFolder();
  const replay = ['replay', 'plan.yaml', '--store', store];
  await run(replay, { cwd: copy() });
  await run([...replay, '--status', '--fresh'], { cwd: copy() });
  expect((await run([...replay, '--shard', '2/3', '--fresh'], { cwd: copy() })).exitCode).toBe(0);
  const { stdout } = await run([...replay, '--status', '--format', 'json'], { cwd: copy() });
  expect(JSON.parse(stdout)).toMatchObject({ complete: true });
});

test('a flipped byte in a part is found, and the part is made again', async () => {
  const store = temporaryFolder();
  await run(['replay', 'plan.yaml', '--store', store], { cwd: copy() });
  const part =
    readdirSync(store, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.parquet')) ?? '';
  const bytes = readFileSync(join(store, part));
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(join(store, part), bytes);
  expect((await run(['evaluate', 'plan.yaml', '--store', store], { cwd: copy() })).exitCode).toBe(5);
  expect(await evidenceOf(copy(), ['--store', store, '--fill'])).toBe(alone);
});

test.each(['0/4', '5/4', '1.5/4', '3', 'a/b', '1/0'])('--shard %s names no part', async (shard) => {
  const result = await run(['replay', 'plan.yaml', '--shard', shard], { cwd: folder });
  expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  expect(result.stderr).toContain(`--shard ${shard} names no part`);
});

test('a store that git tracks is refused', async () => {
  const cwd = copy();
  mkdirSync(join(cwd, 'store'));
  writeFileSync(join(cwd, 'store/x.json'), '{}');
  execFileSync('git', ['init', '-q'], { cwd });
  execFileSync('git', ['add', '-f', 'store/x.json'], { cwd });
  const result = await run(['replay', 'plan.yaml', '--store', 'store'], { cwd });
  expect(result).toMatchObject({ exitCode: 5, stdout: '' });
  expect(result.stderr).toContain('is tracked by git');
});
