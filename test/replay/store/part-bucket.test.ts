import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bucketStore } from '../../../src/remote/storage/bucket-store.ts';
import { PartBucket } from '../../../src/replay/store/part-bucket.ts';
import { temporaryFolder } from '../../cli/harness.ts';
import { objectServer } from '../../remote/object-server.ts';

const facts = { rows: 1, peakMemory: null };

/** As many machines as are asked for, which share a bucket. */
async function machines(...instead: Parameters<typeof objectServer>) {
  const { endpoint, objects } = await objectServer(...instead);
  const access = { run: true, environment: {} };
  const store = bucketStore(access, 's3://out/a', { endpoint }, AbortSignal.timeout(10_000));
  return { objects, open: () => PartBucket.open(store, 'key/wasm', temporaryFolder()) };
}

const writes = (text: string) => async (path: string) => writeFileSync(path, text);

test('of two machines that add a part the first wins, and nothing of the second stays', async () => {
  const { objects, open } = await machines();
  const [one, other] = [await open(), await open()];
  const first = await one.add('w', facts, writes('one'));
  const second = await other.add('w', facts, writes('other'));
  expect([first.path, second.path].map((path) => readFileSync(path, 'utf8'))).toEqual(['one', 'one']);
  expect(objects.size).toBe(2);
});

test('a machine whose write was taken while it waited for the answer has the part that stands', async () => {
  const others = { count: 0 };
  const { objects, open } = await machines((request, response, key) => {
    // Somebody else is between the look and the write.
    if (request.method !== 'PUT' || !key.endsWith('w.json') || others.count > 0) return undefined;
    others.count += 1;
    response.writeHead(409).end('<Error><Code>ConditionalRequestConflict</Code></Error>');
    return true;
  });
  const { path } = await (await open()).add('w', facts, writes('one'));
  expect({ text: readFileSync(path, 'utf8'), objects: objects.size }).toEqual({ text: 'one', objects: 2 });
});

test('a part whose bytes were altered is missing, goes, and can be added again', async () => {
  const { objects, open } = await machines();
  await (await open()).add('w', facts, writes('one'));
  const rows = [...objects.keys()].find((key) => key.endsWith('.parquet')) ?? '';
  objects.set(rows, Buffer.from('0ne'));
  const other = await open();
  expect(await other.read('w')).toBeUndefined();
  expect([...objects.keys()]).toEqual([]);
  expect(readFileSync((await other.add('w', facts, writes('one'))).path, 'utf8')).toBe('one');
});

test('a part that is kept here, and altered here, is fetched again', async () => {
  const { open } = await machines();
  const parts = await open();
  const { path } = await parts.add('w', facts, writes('one'));
  writeFileSync(path, '0ne');
  expect(readFileSync((await parts.read('w'))?.path ?? '', 'utf8')).toBe('one');
});

test('a forgotten part is gone for everybody', async () => {
  const { objects, open } = await machines();
  const parts = await open();
  await parts.add('w', facts, writes('one'));
  await parts.remove('w');
  expect(objects.size).toBe(0);
  expect((await open()).names).toEqual(new Set());
});
