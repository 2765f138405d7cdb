import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { datedSources, objectPattern } from '../../src/remote/storage/pattern.ts';
import { run } from '../cli/harness.ts';
import { edit, evaluate, log, plan, planName, promote, starter } from '../cli/starter.ts';
import { objectServer } from './object-server.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'hunter2hunter2' };

/** The starter with its log as objects, in two parts. */
async function inBucket(source: string, ...instead: Parameters<typeof objectServer>) {
  const folder = await starter();
  const server = await objectServer(...instead);
  const lines = readFileSync(join(folder, log), 'utf8').split('\n');
  server.objects.set('a/dt=2026-11-01/one.jsonl', Buffer.from(`${lines.slice(0, 600).join('\n')}\n`));
  server.objects.set('a/dt=2026-11-02/two.jsonl.gz', gzipSync(lines.slice(600).join('\n')));
  edit(folder, plan, (text) =>
    text.replace(/source: requests.jsonl/u, `source: ${source}\n  storage: { endpoint: "${server.endpoint}" }`),
  );
  return { folder, ...server };
}

test('evidence on objects is that of the same files on a disk', async () => {
  const { folder, signatures, requests } = await inBucket('s3://logs/a/**/*.jsonl*');
  const there = await evaluate(folder, [], { env: keys });
  const here = await evaluate(await starter());
  for (const part of ['cohorts', 'outcomes', 'comparisons', 'guardrails', 'verdict'] as const) {
    expect(there.evidence[part]).toEqual(here.evidence[part]);
  }
  expect(there.evidence.inputs.requests.map(({ path }) => path)).toEqual([
    's3://logs/a/dt=2026-11-01/one.jsonl',
    's3://logs/a/dt=2026-11-02/two.jsonl.gz',
  ]);
  expect(there.evidence.inputs.requests[0]?.etag).toMatch(/^"[0-9a-f]{32}"$/u);
  expect(signatures.every((text) => text.startsWith('AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/'))).toBe(true);
  // What is kept is not fetched again.
  const before = requests.length;
  expect((await evaluate(folder, [], { env: keys })).evidence).toEqual({
    ...there.evidence,
    createdAt: expect.any(String),
    digest: expect.any(String),
  });
  expect(requests.slice(before)).toEqual(['GET']);
  expect((await run(['promote', plan], { cwd: folder, env: keys })).exitCode).toBe(0);
});

test('promote refuses an object that has changed', async () => {
  const { folder, objects } = await inBucket('s3://logs/a/**/*.jsonl*');
  await evaluate(folder, [], { env: keys });
  objects.set('a/dt=2026-11-01/one.jsonl', Buffer.from('{}\n'));
  const { exitCode, stderr } = await run(['promote', plan], { cwd: folder, env: keys });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 5,
    stderr: expect.stringContaining('one.jsonl is no longer what was evaluated'),
  });
});

test('reports and evidence are written to a bucket', async () => {
  const { folder, objects } = await inBucket('s3://logs/a/**/*.jsonl*');
  const { exitCode } = await run(
    ['evaluate', plan, '--evidence', 's3://out/e.json', '--report', 's3://out/r/report.md'],
    { cwd: folder, env: keys },
  );
  expect(exitCode).toBe(0);
  expect(objects.get('e.json')).toEqual(readFileSync(join(folder, `.canary/${planName}/shadow/evidence.json`)));
  expect(objects.get('r/report.md')?.toString()).toContain('increase');
});

test('10,000 objects are listed page by page', async () => {
  const { folder, objects, requests } = await inBucket('s3://logs/b/*.jsonl');
  for (let index = 0; index < 10_000; index += 1) objects.set(`b/${index}.txt`, Buffer.from('x'));
  const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder, env: keys });
  expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining('10000 keys begin with b/') });
  expect(requests).toHaveLength(10);
});

describe('a large object', () => {
  const big = Buffer.alloc(40 * 2 ** 20, '\n');

  test('is fetched in ranges, and goes on where a connection was cut', async () => {
    let cuts = 0;
    const { folder, objects, requests } = await inBucket('s3://logs/a/**/*.jsonl*', (request, response, key) => {
      if (key !== 'a/big.jsonl' || request.headers.range?.startsWith('bytes=16777216-') !== true || cuts++ > 0)
        return undefined;
      response.writeHead(206, { 'content-length': 16_777_216 });
      response.write('x'.repeat(1000));
      setImmediate(() => request.socket.destroy());
      return true;
    });
    objects.set('a/big.jsonl', big);
    expect((await run(['evaluate', plan, '--quiet'], { cwd: folder, env: keys })).exitCode).toBe(0);
    const ranges = requests.filter((line) => line.includes('big.jsonl')).map((line) => line.replace(/.* bytes=/u, ''));
    expect(ranges).toEqual(['0-16777215', '16777216-33554431', '16777216-33554431', '33554432-41943039']);
  });

  test('that changes meanwhile is begun again once, and then refused', async () => {
    let version = 0;
    const { folder, objects } = await inBucket('s3://logs/a/**/*.jsonl*', (request, _response, key) => {
      if (key === 'a/big.jsonl' && request.headers.range?.startsWith('bytes=16777216-') === true)
        objects.set(key, Buffer.concat([big, Buffer.from(`\n${(version += 1)}`)]));
      return undefined;
    });
    objects.set('a/big.jsonl', big);
    const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder, env: keys });
    expect({ exitCode, stderr, version }).toEqual({
      exitCode: 5,
      stderr: expect.stringContaining('a/big.jsonl changed while it was read'),
      version: 2,
    });
  });
});

type Refusal = [what: string, status: number, headers: Record<string, string>, body: string, told: string];
const refusals: Refusal[] = [
  [
    'a list that is forbidden',
    403,
    {},
    '<Error><Code>AccessDenied</Code></Error>',
    's3://logs may not be read with these credentials (AccessDenied): they need s3:ListBucket',
  ],
  [
    'a bucket in another region',
    301,
    { 'x-amz-bucket-region': 'eu-west-1' },
    '',
    's3://logs lies in the region eu-west-1',
  ],
  [
    'a region that the signature names wrongly',
    400,
    {},
    '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>',
    's3://logs lies in the region eu-west-3',
  ],
  [
    'a clock that is wrong',
    403,
    {},
    '<Error><Code>RequestTimeTooSkewed</Code></Error>',
    "this machine's clock is wrong",
  ],
  ['a bucket that is not there', 404, {}, '<Error><Code>NoSuchBucket</Code></Error>', 's3://logs does not exist'],
  ['a server that fails', 500, {}, '', 's3://logs answered with status 500'],
  ['an archived object', 403, {}, '<Error><Code>InvalidObjectState</Code></Error>', 'is archived and cannot be read'],
  ['a redirect to another host', 302, { location: 'http://evil.example/' }, '', 'redirects elsewhere'],
];

test.each(refusals)('%s is told', async (_, status, headers, body, told) => {
  const { folder } = await inBucket('s3://logs/a/*.jsonl', (_request, response) => {
    response.writeHead(status, headers).end(body);
    return true;
  });
  const { exitCode, stderr, stdout } = await run(['evaluate', plan], { cwd: folder, env: keys });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 5, stdout: '', stderr: expect.stringContaining(told) });
  expect(stderr).not.toContain(keys.AWS_SECRET_ACCESS_KEY);
});

test('an empty bucket, too many bytes, a server that is not there, and --no-run', async () => {
  const { folder, endpoint, objects } = await inBucket('s3://logs/none/*.jsonl');
  const told = async (...args: string[]) => (await run(['evaluate', plan, ...args], { cwd: folder, env: keys })).stderr;
  expect(await told()).toContain('no object of s3://logs matches none/*.jsonl');
  edit(folder, plan, (text) => text.replace('none/*.jsonl', 'a/**').replace('storage: {', 'storage: { maxBytes: 1kB,'));
  expect(await told()).toContain('more than storage.maxBytes allows');
  expect(await told('--no-run')).toContain('--no-run');
  edit(folder, plan, (text) => text.replace(endpoint, 'http://127.0.0.1:9'));
  expect(await told()).toContain('s3://logs could not be asked');
  expect(objects.size).toBe(2);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  expect(
    files.filter((name) => readFileSync(join(folder, name), 'latin1').includes(keys.AWS_SECRET_ACCESS_KEY)),
  ).toEqual([]);
});

test('gs:// speaks the same with its own keys, and https:// is one object', async () => {
  const { folder, signatures, endpoint } = await inBucket('gs://logs/a/**/*.jsonl*');
  const env = { GCS_HMAC_ACCESS_ID: 'GOOG1E', GCS_HMAC_SECRET: 's' };
  expect((await run(['evaluate', plan, '--quiet'], { cwd: folder, env })).exitCode).toBe(0);
  expect(signatures[0]).toContain('Credential=GOOG1E/');
  edit(folder, plan, (text) => text.replace('gs://logs/a/**/*.jsonl*', `${endpoint}/logs/a/dt=2026-11-01/one.jsonl`));
  expect((await evaluate(folder)).evidence.inputs.requests[0]?.path).toBe(`${endpoint}/logs/a/dt=2026-11-01/one.jsonl`);
  expect((await promote(folder)).exitCode).not.toBe(70);
});

test.each([
  ['a/*.jsonl', 'a/b.jsonl', true],
  ['a/*.jsonl', 'a/b/c.jsonl', false],
  ['a/**/*.jsonl', 'a/c.jsonl', true],
  ['a/**/*.jsonl', 'a/b/c/d.jsonl', true],
  ['a/{x,y}?.gz', 'a/y1.gz', true],
  ['a/[0-9].gz', 'a/x.gz', false],
  ['a/dt=1+(2)*', 'a/dt=1+(2)x', true],
])('%s of %s: %s', (glob, key, is) => {
  expect(objectPattern(glob).matches(key)).toBe(is);
});

test('a template of dates names the days between the two times', () => {
  const source = 's3://b/dt={yyyy}-{MM}-{dd}/*';
  expect(datedSources(source, '2026-02-27T12:00:00.000Z', '2026-03-01T00:00:00.000Z')).toEqual([
    's3://b/dt=2026-02-27/*',
    's3://b/dt=2026-02-28/*',
  ]);
  expect(datedSources(source, undefined, undefined)).toEqual(['s3://b/dt=*-*-*/*']);
});
