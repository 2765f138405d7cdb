import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownedName } from '../../src/files/owned-name.ts';
import { run } from '../cli/harness.ts';
import { edit, evaluate, log, plan, registryOf, starter } from '../cli/starter.ts';
import { objectServer } from './object-server.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'hunter2hunter2' };

/** The starter with a source in a bucket, and what it is told to keep of the server's own answers. */
async function inBucket(source: string, ...instead: Parameters<typeof objectServer>) {
  const folder = await starter();
  const server = await objectServer(...instead);
  const text = readFileSync(join(folder, log));
  edit(folder, plan, (written) =>
    written.replace(
      /source: requests.jsonl.*/u,
      `source: ${JSON.stringify(source)}\n  storage: { endpoint: "${server.endpoint}", cache: kept }`,
    ),
  );
  const gate = (...args: string[]) => run(['evaluate', plan, '--quiet', ...args], { cwd: folder, env: keys });
  return { folder, text, gate, ...server };
}

const object = (key: string, size: number | string = 10) =>
  `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>&quot;e&quot;</ETag></Contents>`;
const list = (content: string) => `<ListBucketResult><EncodingType>url</EncodingType>${content}</ListBucketResult>`;

describe('a list of objects that is not one is no log', () => {
  test.each([
    ['that is cut', `<ListBucketResult>${object('a/1.jsonl')}<Contents><Key>a/2`, 'has no name or no size'],
    [
      'that goes on without a word where',
      list(`<IsTruncated>true</IsTruncated>${object('a/1.jsonl')}`),
      'not how to ask for it',
    ],
    [
      'that always goes on',
      list(`<NextContinuationToken>1</NextContinuationToken>${object('a/1.jsonl')}`),
      'the same next page',
    ],
    ['with a name that is no encoding', list(object('a/%zz.jsonl')), 'not encoded as it says'],
    ['with an object without a size', list('<Contents><Key>a/1.jsonl</Key></Contents>'), 'has no name or no size'],
    ['with a character that there is not', list(object('a/&#99999999999;.txt')), 'no object of s3://logs matches'],
    ['with half a character', list(object('a/&#xD800;.jsonl')), 'cannot be fetched'],
    ['with a name of dots', list(object('a/../../other/1.jsonl')), 'cannot be fetched'],
    ['of a web page', '<html><body>Sign in</body></html>', 'it has no end'],
    ['that is empty', list(''), '0 keys begin with a/'],
    ['of an object of 1e300 bytes', list(object('a/1.jsonl', '1e300')), 's3://logs/a/1.jsonl'],
  ])('%s', async (_, body, told) => {
    const { folder, gate, requests } = await inBucket('s3://logs/a/**/*.jsonl', (_request, response, key) => {
      if (key !== '') return undefined;
      response.writeHead(200).end(body);
      return true;
    });
    const { exitCode, stdout, stderr } = await gate();
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 5, stdout: '', stderr: expect.stringContaining(told) });
    expect(requests.some((line) => line.includes('other/'))).toBe(false);
    expect(registryOf(folder).revision).toBe(0);
  });
});

test.each([
  'a b/ü+é%2F#?&=.jsonl',
  "a/it's (1)!*.jsonl",
  'a//empty name.jsonl',
  'a/dt=2026-11-01/日本.jsonl',
  '+.jsonl',
])('a key may be called %s', async (key) => {
  const { gate, objects, text } = await inBucket('s3://logs/**');
  objects.set(key, text);
  objects.set('0 bytes', Buffer.alloc(0));
  expect(await gate()).toMatchObject({ exitCode: 0, stderr: '' });
});

test('an object that is listed, and changed or gone when it is read, gives no verdict', async () => {
  for (const then of [Buffer.from('{}\n'), undefined]) {
    const { gate, objects, text } = await inBucket('s3://logs/a/*.jsonl', (request, _response, key) => {
      if (request.method !== 'GET' || key === '') return undefined;
      if (then === undefined) objects.delete(key);
      else objects.set(key, Buffer.concat([then, Buffer.from(String(Math.random()))]));
      return undefined;
    });
    objects.set('a/1.jsonl', text);
    const { exitCode, stdout, stderr } = await gate();
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: expect.stringContaining('changed while it was read'),
    });
  }
});

test('an object of no bytes that is named outright is an empty log', async () => {
  const { gate, objects } = await inBucket('s3://logs/a.jsonl');
  objects.set('a.jsonl', Buffer.alloc(0));
  expect(await gate()).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('the log is empty') });
});

test('a name that is too long for a file is told with its object', async () => {
  const { gate, objects, text } = await inBucket('s3://logs/*.jsonl');
  objects.set(`${'x'.repeat(300)}.jsonl`, text);
  expect(await gate()).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/x\.jsonl cannot be kept in /u) });
});

test.each([
  ['s3://a b/*.jsonl', 2, 'a b is not the name of a bucket'],
  ['s3://../*.jsonl', 2, '.. is not the name of a bucket'],
  ['s3://user:pw@host/*.jsonl', 2, 'is not the name of a bucket'],
  ['az://account/../x.jsonl', 2, 'names no container'],
  ['s3://logs/[z-a].jsonl', 2, 'is not a pattern of keys'],
  ['s3://logs/../x.jsonl', 5, 'cannot be fetched'],
])('the source %s is refused', async (source, code, told) => {
  const { gate, requests } = await inBucket(source);
  const { exitCode, stderr } = await gate();
  expect({ exitCode, stderr, requests }).toEqual({
    exitCode: code,
    stderr: expect.stringContaining(told),
    requests: [],
  });
});

test('objects that a change brought along as if they had been fetched are not read, and the gate says why', async () => {
  const { folder, gate, objects, text, requests } = await inBucket('s3://logs/a/*.jsonl');
  objects.set('a/1.jsonl', text);
  await evaluate(folder, [], { env: keys });
  const names = readdirSync(join(folder, 'kept'), { recursive: true, encoding: 'utf8' });
  const kept = names.find((name) => name.endsWith('.jsonl')) ?? '';
  // As large as the object is, so that nothing but its place tells what it is.
  writeFileSync(join(folder, 'kept', kept), text.toString().replaceAll('timeout', 'nothing'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init');
  git('add', 'kept');
  const before = requests.length;
  const { exitCode, stdout, stderr } = await gate();
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringMatching(/1\.jsonl is tracked by git: canary trusts what is kept there only/u),
  });
  expect(requests.slice(before).filter((line) => line.includes('1.jsonl'))).toEqual([]);
});

test('what a killed fetch left is swept by the next one', async () => {
  const { folder, gate, objects, text } = await inBucket('s3://logs/a/*.jsonl');
  objects.set('a/1.jsonl', text);
  expect((await gate()).exitCode).toBe(0);
  const files = () => readdirSync(join(folder, 'kept'), { recursive: true, encoding: 'utf8' });
  const kept = files().find((name) => name.endsWith('1.jsonl')) ?? '';
  const place = join(folder, 'kept', kept, '..');
  const ended = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
  writeFileSync(join(place, ownedName('.part-').replace(String(process.pid), ended)), 'half');
  writeFileSync(join(folder, 'kept', kept), '');
  expect((await gate()).exitCode).toBe(0);
  expect(files().filter((name) => name.includes('.part-'))).toEqual([]);
});
