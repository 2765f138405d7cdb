import { AwsClient } from 'aws4fetch';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askBucket } from '../../src/remote/storage/ask-bucket.ts';
import { objectSource } from '../../src/remote/storage/bucket.ts';
import { bucketStore } from '../../src/remote/storage/bucket-store.ts';
import { fetchObjects } from '../../src/remote/storage/fetch-objects.ts';
import { headOf, listObjects } from '../../src/remote/storage/list.ts';
import { signV4 } from '../../src/remote/storage/sign-v4.ts';
import { run, temporaryFolder } from '../cli/harness.ts';
import { edit, evaluate, log, plan, starter } from '../cli/starter.ts';
import { objectServer } from './object-server.ts';

const env = { GCS_HMAC_ACCESS_ID: 'GOOG1EXAMPLE', GCS_HMAC_SECRET: 'bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ' };
const access = { run: true, environment: env };
const { signal } = new AbortController();

test('a signature of version 4 is the one that another library makes, whatever key and query are', async () => {
  const names = {
    algorithm: 'AWS4-HMAC-SHA256',
    prefix: 'AWS4',
    headers: 'x-amz-',
    service: 's3',
    end: 'aws4_request',
  };
  const key = { id: 'AKIAEXAMPLE', secret: 's/e+cret', region: 'auto' };
  const client = new AwsClient({ accessKeyId: key.id, secretAccessKey: key.secret, service: 's3', region: 'auto' });
  const urls = [
    'https://storage.googleapis.com/logs/a/b.txt',
    'https://storage.googleapis.com/logs/?list-type=2&encoding-type=url&prefix=a%2Fone%20two%2B%C3%BC%27',
    'http://127.0.0.1:9000/logs/one%20two%2B%C3%BC%27s%21.jsonl?continuation-token=a%3D%3D',
  ];
  for (const url of urls) {
    for (const [method, headers] of [
      ['GET', {}],
      ['PUT', { 'x-amz-meta-who': 'a   b ', 'if-none-match': '*' }],
    ] as const) {
      const own = signV4(names, key, { method, url, headers }, Date.UTC(2026, 10, 1, 9, 5, 7));
      const theirs = await client.sign(url, {
        method,
        headers: { ...headers },
        aws: { datetime: '20261101T090507Z', allHeaders: true },
      });
      expect(own['authorization']).toBe(theirs.headers.get('authorization'));
    }
  }
});

test('a log in GCS is read as the same files on a disk, with conditions on generations, and its evidence is written there', async () => {
  const { endpoint, objects, requests } = await objectServer(undefined, { vendor: 'gs' });
  const folder = await starter();
  const lines = readFileSync(join(folder, log), 'utf8').split('\n');
  objects.set('a/one two+ü.jsonl', Buffer.from(`${lines.slice(0, 600).join('\n')}\n`));
  objects.set("a/it's.jsonl", Buffer.from(lines.slice(600).join('\n')));
  edit(folder, plan, (text) =>
    text.replace('source: requests.jsonl', `source: "gs://logs/a/*.jsonl"\n  storage: { endpoint: "${endpoint}" }`),
  );
  const there = await evaluate(folder, ['--evidence', 'gs://logs/out/evidence.json'], { env });
  const here = await evaluate(await starter());
  expect(there.evidence.guardrails).toEqual(here.evidence.guardrails);
  expect(objects.has('out/evidence.json')).toBe(true);
  expect(requests.filter((request) => request.startsWith('GET a/'))).toHaveLength(2);
  expect((await run(['promote', plan], { cwd: folder, env })).exitCode).toBe(0);
});

test('an object of GCS that is written anew while it is read is read again, also where its bytes stay the same', async () => {
  let written = 0;
  const { endpoint, objects, requests } = await objectServer(
    (request, _response, key) => {
      if (request.method !== 'GET' || key !== 'a.jsonl' || written > 0) return undefined;
      written += 1;
      objects.set('a.jsonl', Buffer.from('the same'));
      return undefined;
    },
    { vendor: 'gs' },
  );
  objects.set('a.jsonl', Buffer.from('the same'));
  const { bucket, key } = objectSource(access, 'gs://logs/*.jsonl', { endpoint });
  const listed = await listObjects(access, { bucket, key }, signal);
  expect(listed[0]?.generation).toMatch(/^17\d{14}$/u);
  const fetching = { cache: temporaryFolder(onTestFinished), concurrency: 2, signal, progress: () => undefined };
  const [fetched] = await fetchObjects(access, listed, fetching);
  expect(readFileSync(fetched?.path ?? '', 'utf8')).toBe('the same');
  expect(requests.filter((request) => request === 'GET a.jsonl')).toHaveLength(2);
  expect((await headOf(access, bucket, 'a.jsonl', signal))?.generation).not.toBe(listed[0]?.generation);
});

test('an object of GCS is of whoever is first alone', async () => {
  const { endpoint, requests } = await objectServer(undefined, { vendor: 'gs' });
  const store = bucketStore(access, 'gs://out/first', { endpoint }, signal);
  const writers = ['a', 'b', 'c', 'd', 'e', 'f'];
  const isFirst = await Promise.all(writers.map((name) => store.putNew('part', new Uint8Array(Buffer.from(name)))));
  const first = writers.filter((_, index) => isFirst[index]);
  expect(first).toHaveLength(1);
  expect(String(await store.get('part'))).toBe(first[0]);
  // All but one were told by the server, since nobody saw an object before.
  expect(requests.filter((request) => request === 'PUT first/part').length).toBeGreaterThan(1);
  await store.put('part', new Uint8Array(Buffer.from('g')));
  expect(String(await store.get('part'))).toBe('g');
  await store.remove('part');
  expect(await store.list('')).toEqual([]);
});

test('a server of objects that knows no generations is asked by ETags', async () => {
  const { endpoint, objects } = await objectServer();
  objects.set('a.jsonl', Buffer.from('x'));
  const { bucket, key } = objectSource(access, 'gs://logs/*.jsonl', { endpoint });
  const [object] = await listObjects(access, { bucket, key }, signal);
  expect(bucket.ifState(object ?? { etag: '' })).toEqual({ 'if-match': object?.etag });
  const answer = await askBucket(access, bucket, {
    method: 'GET',
    key: 'a.jsonl',
    headers: { 'if-match': '"other"' },
    permission: 'leave',
    signal,
  });
  expect(answer.status).toBe(412);
});
