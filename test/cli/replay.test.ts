import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
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
    const hosts = [{ host: hostname(), windows: 1 }];
    expect(json).toMatchObject({ complete: false, versions: [{ windows: 3, missing: [1, 3], hosts }, {}] });
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

/** The same machine with something in its plan or registry written otherwise. */
function changed(file: string, from: string, to: string): string {
  const cwd = copy();
  const text = readFileSync(join(cwd, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(join(cwd, file), text.replaceAll(from, to));
  return cwd;
}

describe('a store that is whole', () => {
  let store: string;
  const evaluate = (cwd: string) => run(['evaluate', 'plan.yaml', '--store', store], { cwd });

  beforeAll(async () => {
    store = temporaryFolder(afterAll);
    await run(['replay', 'plan.yaml', '--store', store], { cwd: copy(afterAll) });
  });

  test.each([
    ['another request', 'log.jsonl', 'say 5 ', 'say 500000 ', '1 of 3 windows of 1.0.0: 1'],
    ['another artifact', 'registry/iris.json', '"12"', '"13"', '3 of 3 windows of 1.1.0: 1-3'],
    ['another timeout', 'plan.yaml', 'replay: {}', 'replay: { timeout: 4s }', '3 of 3 windows of 1.0.0: 1-3'],
  ])('is none for a plan with %s, whose windows are named as missing', async (_, file, from, to, missing) => {
    const { exitCode, stdout, stderr } = await evaluate(changed(file, from, to));
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 5, stdout: '', stderr: expect.stringContaining(missing) });
  });

  test('is told with who made which share, where several machines did', async () => {
    const shared = temporaryFolder();
    cpSync(store, shared, { recursive: true });
    const records = readdirSync(shared, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
    const windows = records.filter((name) => /\/[\da-f]{64}\.json$/u.test(name)).toSorted();
    for (const [index, name] of windows.entries()) {
      const record = JSON.parse(readFileSync(join(shared, name), 'utf8'));
      writeFileSync(join(shared, name), JSON.stringify({ ...record, host: index % 3 === 0 ? 'other' : 'gpu-1' }));
    }
    const status = await run(['replay', 'plan.yaml', '--store', shared, '--status'], { cwd: copy() });
    expect(status.stdout).toContain('1.0.0  3 of 3 windows (gpu-1 2, other 1)\n');
  });

  test('is not whole where one backend made the one half and another the rest', async () => {
    const mixed = temporaryFolder();
    cpSync(store, mixed, { recursive: true });
    const first =
      readdirSync(mixed, { recursive: true, encoding: 'utf8' }).find((name) => /\/[\da-f]{64}\.json$/u.test(name)) ??
      '';
    const [key = '', backend = '', record = ''] = first.split('/');
    mkdirSync(join(mixed, key, 'another'));
    for (const name of readdirSync(join(mixed, key, backend)).filter((each) => each.startsWith(record.slice(0, 64))))
      renameSync(join(mixed, key, backend, name), join(mixed, key, 'another', name));
    const judged = await run(['evaluate', 'plan.yaml', '--store', mixed], { cwd: copy() });
    expect(judged).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('lacks 1 of 3 windows') });
  });

  test('is none where its records are in another format', async () => {
    const other = temporaryFolder();
    cpSync(store, other, { recursive: true });
    for (const name of readdirSync(other, { recursive: true, encoding: 'utf8' }))
      if (/\/[\da-f]{64}\.json$/u.test(name)) writeFileSync(join(other, name), '{"format":9}\n');
    const judged = await run(['evaluate', 'plan.yaml', '--store', other], { cwd: copy() });
    expect(judged).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('lacks 3 of 3 windows') });
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
