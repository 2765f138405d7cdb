import type { ChildProcess } from 'node:child_process';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { redisServer } from '../../src/remote/queue/redis.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { freePort } from '../routing/real-server.ts';
import { run, temporaryFolder } from './harness.ts';
import { hasRedis, killed, lose, startRedis, startWorker } from './redis.ts';
import { shippedRollouts } from './shipped.ts';
import { checkoutOf, evidenceOf, storeRollout } from './store-rollout.ts';

const withoutLog = (folder: string) => checkoutOf(folder, undefined, 'log.jsonl');

describe.skipIf(!hasRedis())('a queue on Redis (skipped where redis-server is not installed)', () => {
  let folder: string;
  let alone: string;
  let queue: string;
  let server: ChildProcess | undefined;
  const places = (store: string) => ['--store', store, '--queue', queue];
  const replay = (store: string) => ['replay', 'plan.yaml', ...places(store)];

  function workerAt(cwd: string, store: string) {
    const worker = startWorker(cwd, places(store));
    onTestFinished(async () => await lose(worker));
    return worker;
  }

  beforeAll(async () => {
    folder = storeRollout(8192 + 60, afterAll);
    alone = await evidenceOf(checkoutOf(folder, afterAll));
    const port = await freePort();
    server = await startRedis(port);
    queue = `redis://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    if (server !== undefined) await killed(server);
  });

  test('has a worker without a log replay everything, to the evidence of one process', async () => {
    const store = temporaryFolder();
    const worker = workerAt(withoutLog(folder), store);
    const { exitCode, stdout } = await run(replay(store), { cwd: checkoutOf(folder) });
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `1.0.0  2 of 2 windows\n1.1.0  2 of 2 windows\nStore: ${store}`,
    });
    expect(await evidenceOf(checkoutOf(folder), ['--store', store])).toBe(alone);
    expect(await run(replay(store), { cwd: checkoutOf(folder) })).toMatchObject({ exitCode: 0, stderr: '' });
    process.kill(worker.pid, 'SIGTERM');
    expect(await worker.ended).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining(`Takes windows of 1.0.0 and 1.1.0 from ${queue}.`),
    });
  });

  test.runIf(isWhole)(
    'gives up a window after five tries, replays the others, and names what the last try said',
    async () => {
      const store = temporaryFolder();
      const cwd = storeRollout(8192 + 60, onTestFinished, dyingProgram);
      workerAt(withoutLog(cwd), store);
      const result = await run(replay(store), { cwd });
      expect(result).toMatchObject({
        exitCode: 5,
        stdout: '',
        stderr: expect.stringMatching(
          /Workers could not replay 1 window of 1\.0\.0 \(2\): .+; 1 window of 1\.1\.0 \(2\): .+/u,
        ),
      });
      const status = await run(['replay', 'plan.yaml', '--store', store, '--status'], { cwd });
      expect(status.stdout).toContain('1.1.0  1 of 2 windows; missing: 2');
    },
    120_000,
  );

  test('a worker whose model is not that of its registry takes nothing', async () => {
    const cwd = shippedRollouts();
    const files = readdirSync(cwd, { recursive: true, encoding: 'utf8' });
    for (const weights of files.filter((name) => name.endsWith('.bin'))) appendFileSync(join(cwd, weights), 'x');
    const ended = await run(['worker', 'rollouts/intent-1.5.0.yaml', ...places(temporaryFolder())], { cwd });
    expect(ended).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('sha256') });
  });

  test.each([
    [['worker', 'plan.yaml'], 2, 'A worker needs --queue and --store'],
    [['worker', 'plan.yaml', '--store', 's', '--queue', 'http://127.0.0.1'], 2, '--queue does not name a Redis server'],
    [
      ['worker', 'plan.yaml', '--store', 's', '--queue', 'redis://127.0.0.1:1'],
      5,
      'The queue redis://127.0.0.1:1 refused',
    ],
    [
      ['replay', 'plan.yaml', '--store', 's', '--queue', 'redis://u:secret@127.0.0.1:1/2'],
      5,
      'The queue redis://127.0.0.1:1/2',
    ],
    [
      ['replay', 'plan.yaml', '--queue', 'redis://127.0.0.1:1'],
      2,
      '--queue has workers fill the store that --store names',
    ],
    [
      ['replay', 'plan.yaml', '--store', 's', '--queue', 'redis://a', '--shard', '1/2'],
      2,
      'without --prepare, --status',
    ],
    [
      ['--no-run', 'worker', 'plan.yaml', '--store', 's', '--queue', 'redis://127.0.0.1:1'],
      5,
      '--no-run asks no server',
    ],
  ])('%j is refused', async (args, exitCode, message) => {
    const result = await run(args, { cwd: folder });
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(message) });
    expect(result.stderr).not.toContain('secret');
  });
});

test('a URL of Redis tells all that a connection needs', () => {
  const access = { run: true, environment: {} };
  expect(redisServer(access, 'rediss://me:a%40b@[::1]:7000/3')).toMatchObject({
    name: 'rediss://[::1]:7000/3',
    options: { host: '::1', port: 7000, username: 'me', password: 'a@b', db: 3, tls: {} },
  });
  expect(redisServer(access, 'redis://queue').options).toMatchObject({ host: 'queue', port: 6379 });
});

/** A program that ends whenever it is asked for what only the second window has, so that it dies too often. */
const dyingProgram = `import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, input } = JSON.parse(line);
  const [, number, label] = input.split(' ');
  if (Number(number) >= 8192) process.exit(1);
  console.log(JSON.stringify({ id, prediction: label }));
});`;
