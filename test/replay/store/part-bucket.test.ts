import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { bucketStore } from '../../../src/remote/storage/bucket-store.ts';
import { PartBucket } from '../../../src/replay/store/part-bucket.ts';
import { isWhole } from '../../fixtures/tiers.ts';
import { freePort, startServer } from '../../routing/real-server.ts';
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

const python = new URL('../../python/.venv/bin/python', import.meta.url).pathname;
const moto = new URL('../../python/.venv/bin/moto_server', import.meta.url).pathname;

test.runIf(isWhole && existsSync(moto))(
  "moto's S3 keeps the first of two parts by its own condition (skipped without it)",
  async () => {
    const port = await freePort();
    const server = await startServer(python, ['-m', 'moto.server', '-p', String(port)], port);
    onTestFinished(() => void server.kill('SIGKILL'));
    const endpoint = `http://127.0.0.1:${port}`;
    await fetch(`${endpoint}/out`, { method: 'PUT' });
    const access = { run: true, environment: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' } };
    const store = bucketStore(access, 's3://out/a', { endpoint }, AbortSignal.timeout(10_000));
    // Both look before either writes, so that the server alone decides.
    const written = await Promise.all([1, 2, 3, 4].map((byte) => store.putNew('w.json', new Uint8Array([byte]))));
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await store.list('')).toEqual(['w.json']);
    await store.remove('w.json');
    expect(await store.get('w.json')).toBeUndefined();
  },
);
