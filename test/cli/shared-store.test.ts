import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isWhole } from '../fixtures/tiers.ts';
import { objectServer } from '../remote/object-server.ts';
import { blocksOf } from './doc-blocks.ts';
import { type Run, run, temporaryFolder } from './harness.ts';
import { checkoutOf, evidenceOf, storeRollout } from './store-rollout.ts';

const requests = 8192 + 60;
let folder: string;
let alone: string;

/** A machine that has the plan, the registry and the models. */
const withoutLog = () => checkoutOf(folder, undefined, 'log.jsonl');

beforeAll(async () => {
  folder = storeRollout(requests, afterAll);
  alone = await evidenceOf(checkoutOf(folder, afterAll));
});

describe('a log that was prepared', () => {
  let store: string;
  let prepared: Run;
  const replay = (...options: string[]) => ['replay', 'plan.yaml', '--store', store, ...options];

  beforeAll(async () => {
    store = temporaryFolder(afterAll);
    prepared = await run(replay('--prepare'), { cwd: checkoutOf(folder, afterAll) });
  });

  test('is told as windows of requests of which nothing is replayed yet', () => {
    expect(prepared).toMatchObject({
      exitCode: 0,
      stdout: `8,252 requests stored in 2 windows\n1.0.0  0 of 2 windows; missing: 1-2\n1.1.0  0 of 2 windows; missing: 1-2\nStore: ${store}`,
    });
  });

  test('is replayed by shards that have no log, to the evidence of one process', async () => {
    for (const shard of ['2/2', '1/2']) {
      expect(await run(replay('--shard', shard), { cwd: withoutLog() })).toMatchObject({ exitCode: 0, stderr: '' });
    }
    expect(await run(replay('--status'), { cwd: withoutLog() })).toMatchObject({ exitCode: 0 });
    expect(await evidenceOf(checkoutOf(folder), ['--store', store])).toBe(alone);
  });

  test('is read anew where it has grown, and keeps the windows that it had', async () => {
    const grown = checkoutOf(folder);
    const last = readFileSync(join(grown, 'log.jsonl'), 'utf8').trimEnd().split('\n').at(-1) ?? '';
    appendFileSync(join(grown, 'log.jsonl'), `${last.replace(`r${requests - 1}`, `r${requests}`)}\n`);
    const before = readdirSync(join(store, 'requests'));
    const status = await run(replay('--status'), { cwd: grown });
    expect(status.stderr).toContain('The log has changed since it was prepared, so it is read here.');
    await run(replay('--prepare'), { cwd: grown });
    const after = readdirSync(join(store, 'requests'));
    expect(after.filter((name) => before.includes(name))).toEqual(before);
    // A record and its rows, of the last window.
    expect(after).toHaveLength(before.length + 2);
    expect((await run(replay('--status'), { cwd: grown })).stderr).toBe('');
    await run(replay('--prepare'), { cwd: checkoutOf(folder) });
  });

  test('is refused where a window of it is damaged, and stored again by --prepare', async () => {
    const other = temporaryFolder();
    const write = ['replay', 'plan.yaml', '--store', other];
    await run([...write, '--prepare'], { cwd: checkoutOf(folder) });
    for (const name of readdirSync(join(other, 'requests'))) {
      if (name.endsWith('.parquet')) writeFileSync(join(other, 'requests', name), 'PAR1');
    }
    const { exitCode, stderr } = await run([...write, '--shard', '1/2'], { cwd: withoutLog() });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 5,
      stderr: expect.stringContaining('lacks the requests of the window'),
    });
    await run([...write, '--prepare'], { cwd: checkoutOf(folder) });
    expect((await run([...write, '--shard', '2/2'], { cwd: withoutLog() })).exitCode).toBe(5);
    await run([...write, '--prepare'], { cwd: checkoutOf(folder) });
    for (const shard of ['1/2', '2/2'])
      expect((await run([...write, '--shard', shard], { cwd: withoutLog() })).exitCode).toBe(0);
  });

  test.each([
    ['{', 'is not JSON'],
    ['{"format":99}', 'is from a newer canary'],
    ['[]', 'is not a list of windows'],
  ])('is refused where its job reads %s', async (text, message) => {
    const other = temporaryFolder();
    await run(['replay', 'plan.yaml', '--store', other, '--prepare'], { cwd: checkoutOf(folder) });
    const [job = ''] = readdirSync(join(other, 'jobs'));
    writeFileSync(join(other, 'jobs', job), text);
    const result = await run(['replay', 'plan.yaml', '--store', other, '--shard', '1/2'], { cwd: withoutLog() });
    expect(result).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining(message) });
  });

  test.each([['--shard', '1/2'], ['--status']])('--prepare is refused beside %s', async (...options) => {
    const result = await run(replay('--prepare', ...options), { cwd: folder });
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('replays nothing') });
  });
});

const inBucket = (...options: string[]) => ['replay', 'plan.yaml', '--store', 's3://out/of/reach', ...options];

describe('a store in a bucket', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'hunter2hunter2' };

  test('holds what machines without a log replayed, and its evidence is that of one process', async () => {
    const { endpoint, objects, signatures } = await objectServer();
    const env = { ...keys, AWS_ENDPOINT_URL: endpoint };
    expect((await run(inBucket('--prepare'), { cwd: checkoutOf(folder), env })).exitCode).toBe(0);
    for (const shard of ['2/3', '1/3', '3/3']) {
      expect(await run(inBucket('--shard', shard), { cwd: withoutLog(), env })).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
    }
    const [status, store] = [
      await run(inBucket('--status'), { cwd: withoutLog(), env }),
      ['--store', 's3://out/of/reach'],
    ];
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Store: s3:\/\/out\/of\/reach$/mu) });
    expect(await evidenceOf(checkoutOf(folder), store, env)).toBe(alone);
    expect(signatures.every((text) => text.startsWith('AWS4-HMAC-SHA256 '))).toBe(true);
    expect([...objects.keys()].every((key) => key.startsWith('of/reach/') && !key.includes('unfinished'))).toBe(true);

    const part = [...objects.keys()].find((key) => key.endsWith('.parquet') && !key.includes('/requests/')) ?? '';
    const bytes = Buffer.from(objects.get(part) ?? '');
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    objects.set(part, bytes);
    const judged = await run(['evaluate', 'plan.yaml', ...store], { cwd: checkoutOf(folder), env });
    expect(judged).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('The store s3://out/of/reach lacks 1 of 2'),
    });
    expect(await evidenceOf(checkoutOf(folder), [...store, '--fill'], env)).toBe(alone);
  });

  test
    .runIf(isWhole)
    .each([[[1]], [[2, 1]], [[5, 1, 7, 2, 6, 4, 3]], [[9, 2, 16, 1, 11, 4, 13, 6, 15, 8, 3, 10, 5, 12, 7, 14]]])(
    'is filled by the shards %j, in that order, to the evidence of one process',
    async (order) => {
      const { endpoint } = await objectServer();
      const env = { ...keys, AWS_ENDPOINT_URL: endpoint };
      for (const number of order) {
        const filled = await run(inBucket('--shard', `${number}/${order.length}`), { cwd: checkoutOf(folder), env });
        expect(filled).toMatchObject({ exitCode: 0, stderr: '' });
      }
      expect(await evidenceOf(checkoutOf(folder), ['--store', 's3://out/of/reach'], env)).toBe(alone);
    },
  );

  test('is not written where it does not exist, may not be written, or is not a bucket', async () => {
    const missing = await objectServer((_request, response) => {
      response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
      return true;
    });
    const refusing = await objectServer((request, response) => {
      if (request.method !== 'PUT') return undefined;
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      return true;
    });
    const replayAt = (endpoint: string) =>
      run(inBucket('--prepare'), { cwd: checkoutOf(folder), env: { ...keys, AWS_ENDPOINT_URL: endpoint } });
    expect(await replayAt(missing.endpoint)).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('s3://out does not exist'),
    });
    expect(await replayAt(refusing.endpoint)).toMatchObject({
      exitCode: 5,
      stderr: expect.stringMatching(
        /may not be written with these credentials \(AccessDenied\): they need s3:PutObject/u,
      ),
    });
    const web = await run(['replay', 'plan.yaml', '--store', 'https://example.org/a'], { cwd: folder });
    expect(web).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is not a bucket that canary can write to'),
    });
    rmSync(join(folder, '.canary'), { recursive: true, force: true });
  });
});

interface GitHubJobs {
  readonly jobs: {
    readonly replay: {
      readonly strategy: { readonly matrix: { readonly shard: readonly number[] } };
      readonly steps: readonly [{ readonly run: string }];
    };
    readonly judge: { readonly steps: readonly [{ readonly run: string }] };
  };
}

interface GitLabJobs {
  readonly replay: { readonly parallel: number; readonly script: readonly [string] };
  readonly judge: { readonly script: readonly [string] };
}

describe('the matrices of docs/scale.md', () => {
  const [inGitHub = '', inGitLab = ''] = blocksOf('scale.md', 'yaml');
  const github: GitHubJobs = parse(inGitHub);
  const gitlab: GitLabJobs = parse(inGitLab);
  const matrix = github.jobs.replay.strategy.matrix.shard;
  const count = gitlab.replay.parallel;
  const recipes = {
    GitHub: {
      replays: matrix.map((shard) => github.jobs.replay.steps[0].run.replace('${{ matrix.shard }}', String(shard))),
      judges: github.jobs.judge.steps[0].run,
    },
    GitLab: {
      replays: Array.from({ length: count }, (_, index) =>
        gitlab.replay.script[0].replace('$CI_NODE_INDEX', String(index + 1)).replace('$CI_NODE_TOTAL', String(count)),
      ),
      judges: gitlab.judge.script[0],
    },
  };

  test.each(Object.entries(recipes))(
    '%s replays each part once, and judges the whole as one process does',
    async (_, recipe) => {
      const store = temporaryFolder();
      const argsOf = (line: string) =>
        line.replace('rollouts/intent.yaml', 'plan.yaml').replace('/mnt/outcomes', store).split(' ').slice(1);
      for (const line of recipe.replays) {
        const result = await run(argsOf(line), { cwd: checkoutOf(folder) });
        expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      }
      const [, , ...options] = argsOf(recipe.judges);
      expect(await evidenceOf(checkoutOf(folder), options)).toBe(alone);
    },
  );
});
