import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bucketStore } from '../../../src/remote/storage/bucket-store.ts';
import { Parts } from '../../../src/replay/store/parts.ts';
import { filesAt } from '../../../src/replay/store/store-place.ts';
import { ownedName } from '../../../src/files/owned-name.ts';
import { isWhole } from '../../fixtures/tiers.ts';
import { freePort, startServer } from '../../routing/real-server.ts';
import { temporaryFolder } from '../../cli/harness.ts';
import { objectServer } from '../../remote/object-server.ts';

const facts = { rows: 1, peakMemory: null };

/** A place that machines share. */
interface Shared {
  /** The parts as another machine has them. */
  readonly open: () => Parts;
  /** The files that the place holds. */
  readonly files: () => readonly string[];
  readonly write: (file: string, text: string) => void;
}

function inFolder(): Promise<Shared> {
  const folder = temporaryFolder();
  return Promise.resolve({
    open: () => new Parts(filesAt({ folder }), 'key/wasm'),
    files: () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name)),
    write: writeFileSync,
  });
}

async function inBucket(...instead: Parameters<typeof objectServer>): Promise<Shared> {
  const { endpoint, objects } = await objectServer(...instead);
  const access = { run: true, environment: {} };
  const store = bucketStore(access, 's3://out/a', { endpoint }, AbortSignal.timeout(60_000));
  return {
    open: () => new Parts(filesAt({ folder: temporaryFolder(), objects: store }), 'key/wasm'),
    files: () => [...objects.keys()],
    write: (file, text) => void objects.set(file, Buffer.from(text)),
  };
}

const writes = (text: string) => async (path: string) => writeFileSync(path, text);
const textOf = (part: { readonly path: string } | undefined) => readFileSync(part?.path ?? '', 'utf8');
const rowsAmong = (files: readonly string[]) => files.find((file) => file.endsWith('.parquet')) ?? '';

describe.each([
  ['a folder', inFolder],
  ['a bucket', inBucket],
])('parts in %s', (_, share) => {
  test('are those of the first machine that adds them, and nothing of the second stays', async () => {
    const { open, files } = await share();
    const [first, second] = [
      await open().add('w', facts, writes('one')),
      await open().add('w', facts, writes('other')),
    ];
    expect([first, second].map(textOf)).toEqual(['one', 'one']);
    expect(files()).toHaveLength(2);
  });

  test('are one where many machines add it at once, also below a folder', async () => {
    const { open, files } = await share();
    const texts = ['one', 'two', 'three', 'four'];
    const added = await Promise.all(texts.map((text) => open().add('pieces/w', facts, writes(text))));
    expect(new Set(added.map(textOf)).size).toBe(1);
    expect(files()).toHaveLength(2);
    expect(await open().names()).toEqual(new Set(['pieces/w']));
    expect(await open().names('pieces')).toEqual(new Set(['pieces/w']));
  });

  test('are read while others of the same machine and of others write and fetch the same bytes', async () => {
    const { open } = await share();
    const [one, other] = [open(), open()];
    const text = 'x'.repeat(2 ** 21);
    await one.add('w', facts, writes(text));
    const at = [...Array.from({ length: 12 }).keys()];
    const found = await Promise.all(
      at.flatMap((index) => [
        (index % 2 === 0 ? one : other).read('w'),
        (index % 3 === 0 ? one : other).add('w', facts, writes(text)),
      ]),
    );
    expect(new Set(found.map((part) => part?.rows))).toEqual(new Set([1]));
  });

  test('are missing once their bytes were altered, and can be added again', async () => {
    const { open, files, write } = await share();
    await open().add('w', facts, writes('one'));
    write(rowsAmong(files()), '0ne');
    expect(await open().read('w')).toBeUndefined();
    expect(await open().names()).toEqual(new Set());
    expect(textOf(await open().add('w', facts, writes('one')))).toBe('one');
    expect(files()).toHaveLength(2);
  });

  test('stay where another machine finds them damaged and makes them anew before the record goes', async () => {
    const { open, files, write } = await share();
    await open().add('w', facts, writes('one'));
    write(rowsAmong(files()), '0ne');
    expect(textOf(await open().add('w', facts, writes('one')))).toBe('one');
    expect(textOf(await open().read('w'))).toBe('one');
  });

  test('are gone for everybody once they are forgotten', async () => {
    const { open, files } = await share();
    await open().add('w', facts, writes('one'));
    await open().remove('w');
    expect(files()).toEqual([]);
    expect(await open().names()).toEqual(new Set());
  });

  test('are none where a record is none', async () => {
    const { open, files, write } = await share();
    await open().add('w', facts, writes('one'));
    write(files().find((file) => file.endsWith('.json')) ?? '', '{"sha256": "1", "par');
    expect(await open().read('w')).toBeUndefined();
    expect(textOf(await open().add('w', facts, writes('other')))).toBe('other');
  });
});

test('what a killed process was writing is gone once the folder is made ready, also beside the folders of the store', async () => {
  const folder = temporaryFolder();
  const { pid } = spawnSync('true');
  for (const place of ['', 'key', 'key/wasm/pieces']) {
    mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, place, ownedName('.unfinished-').replace(`-${process.pid}-`, `-${pid}-`)), 'x');
    writeFileSync(join(folder, place, ownedName('.unfinished-')), 'this process writes it');
  }
  await filesAt({ folder }).ready('key');
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('unfinished'));
  expect(left.filter((name) => name.includes(`-${pid}-`))).toEqual([]);
  expect(left).toHaveLength(3);
});

test('a machine whose write was taken while it waited for the answer has the part that stands', async () => {
  const others = { count: 0 };
  const { open, files } = await inBucket((request, response, key) => {
    // Somebody else is between the look and the write.
    if (request.method !== 'PUT' || !key.endsWith('w.json') || others.count > 0) return undefined;
    others.count += 1;
    response.writeHead(409).end('<Error><Code>ConditionalRequestConflict</Code></Error>');
    return true;
  });
  const part = await open().add('w', facts, writes('one'));
  expect({ text: textOf(part), files: files().length }).toEqual({ text: 'one', files: 2 });
});

test('a part that is kept here, and altered or lost here, is fetched again', async () => {
  const parts = (await inBucket()).open();
  const { path } = await parts.add('w', facts, writes('one'));
  writeFileSync(path, '0ne');
  expect(textOf(await parts.read('w'))).toBe('one');
  rmSync(path);
  expect(textOf(await parts.read('w'))).toBe('one');
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
