import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objectSource } from '../../src/remote/storage/bucket.ts';
import { bucketStore } from '../../src/remote/storage/bucket-store.ts';
import { askBucket } from '../../src/remote/storage/ask-bucket.ts';
import { listObjects } from '../../src/remote/storage/list.ts';
import { run, temporaryFolder } from '../cli/harness.ts';
import { edit, evaluate, log, plan, starter } from '../cli/starter.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { freePort, startServer } from '../routing/real-server.ts';

const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;
const moto = new URL('../python/.venv/bin/moto_server', import.meta.url).pathname;
/** Where CI installs it, which is larger than all else, so that it is no dependency. */
const azurite = new URL('.azurite/node_modules/azurite/dist/src/blob/main.js', import.meta.url).pathname;

/** Account and key that Azurite's documentation gives everybody. */
const account = 'devstoreaccount1';
const azureKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

interface Emulator {
  readonly name: string;
  readonly isThere: boolean;
  /** Starts it. @returns what ends it */
  readonly start: (port: number) => Promise<() => void>;
  /** Of a bucket. */
  readonly source: string;
  readonly env: Readonly<Record<string, string>>;
  readonly endpoint: (port: number) => string;
}

const s3 = {
  isThere: isWhole && existsSync(moto),
  start: async (port: number) => {
    const server = await startServer(python, ['-m', 'moto.server', '-p', String(port)], port);
    return () => void server.kill('SIGKILL');
  },
  endpoint: (port: number) => `http://127.0.0.1:${port}`,
};

const awsKeys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 's' };

const emulators: readonly Emulator[] = [
  {
    ...s3,
    name: "moto's S3",
    source: 's3://logs',
    env: awsKeys,
  },
  {
    name: 'Azurite',
    isThere: isWhole && existsSync(azurite),
    start: async (port) => {
      const args = [
        '--blobPort',
        String(port),
        '--location',
        temporaryFolder(afterAll),
        '--skipApiVersionCheck',
        '--silent',
      ];
      const server = await startServer(process.execPath, [azurite, ...args], port);
      return () => void server.kill('SIGKILL');
    },
    source: `az://${account}/logs`,
    env: { AZURE_STORAGE_KEY: azureKey },
    endpoint: (port) => `http://127.0.0.1:${port}/${account}`,
  },
];

describe.each(emulators)('$name (skipped where it is not installed)', ({ isThere, source, env, endpoint, start }) => {
  let place = '';
  let stop: (() => void) | undefined;
  const access = { run: true, environment: env };
  const { signal } = new AbortController();
  const bucketOf = (path = '') => objectSource(access, `${source}/${path}`, { endpoint: place });

  async function put(key: string, body: Uint8Array): Promise<void> {
    const { bucket } = bucketOf();
    const headers = bucket.vendor === 'az' ? { 'x-ms-blob-type': 'BlockBlob' } : {};
    const bytes = new Uint8Array(body);
    const { status } = await askBucket(access, bucket, {
      method: 'PUT',
      key,
      headers,
      body: bytes,
      permission: 'leave',
      signal,
    });
    expect(status).toBeLessThan(300);
  }

  beforeAll(async () => {
    if (!isThere) return;
    const port = await freePort();
    stop = await start(port);
    place = endpoint(port);
    const { bucket } = bucketOf();
    const { status } = await askBucket(access, bucket, { method: 'PUT', key: '', permission: 'leave', signal });
    if (status >= 300) throw new Error(`no bucket was made: status ${status}`);
  }, 120_000);
  afterAll(() => stop?.());

  test.skipIf(!isThere)('is read as the same files on a disk, and written to', { timeout: 60_000 }, async () => {
    const folder = await starter();
    const lines = readFileSync(join(folder, log), 'utf8').split('\n');
    await put('a/dt=2026-11-01/one two+ü.jsonl', Buffer.from(`${lines.slice(0, 600).join('\n')}\n`));
    await put("a/dt=2026-11-02/it's 100%.jsonl.gz", gzipSync(lines.slice(600).join('\n')));
    await put('a/empty.jsonl', new Uint8Array());
    edit(folder, plan, (text) =>
      text.replace('source: requests.jsonl', `source: "${source}/a/**/*.jsonl*"\n  storage: { endpoint: "${place}" }`),
    );
    const there = await evaluate(folder, ['--evidence', `${source}/out/evidence.json`], { env });
    const here = await evaluate(await starter());
    expect(there.evidence.guardrails).toEqual(here.evidence.guardrails);
    expect(there.evidence.inputs.requests.map(({ path }) => path)).toEqual([
      `${source}/a/dt=2026-11-01/one two+ü.jsonl`,
      `${source}/a/dt=2026-11-02/it's 100%.jsonl.gz`,
    ]);
    expect((await run(['promote', plan], { cwd: folder, env })).exitCode).toBe(0);
    const { bucket, key } = bucketOf('out/*');
    const written = await listObjects(access, { bucket, key }, signal);
    expect(written.map((object) => object.key)).toEqual(['out/evidence.json']);
  });

  test.skipIf(!isThere)('takes an object of whoever is first alone', { timeout: 60_000 }, async () => {
    const store = bucketStore(access, `${source}/first`, { endpoint: place }, signal);
    const writers = ['a', 'b', 'c', 'd', 'e', 'f'];
    const isFirst = await Promise.all(writers.map((name) => store.putNew('part', new Uint8Array(Buffer.from(name)))));
    const first = writers.filter((_, index) => isFirst[index]);
    expect(first).toHaveLength(1);
    expect(String(await store.get('part'))).toBe(first[0]);
    expect(await store.putNew('part', new Uint8Array(1))).toBe(false);
  });

  test.skipIf(!isThere)('names all of 1,200 objects, page by page', { timeout: 120_000 }, async () => {
    for (let from = 0; from < 1200; from += 40)
      await Promise.all(Array.from({ length: 40 }, (_, index) => put(`many/${from + index}.txt`, Buffer.from('x'))));
    expect(await listObjects(access, bucketOf('many/*.txt'), signal)).toHaveLength(1200);
  });

  test.skipIf(!isThere)('refuses an object that changed since it was evaluated', { timeout: 60_000 }, async () => {
    const folder = await starter();
    await put('b/log.jsonl', readFileSync(join(folder, log)));
    edit(folder, plan, (text) =>
      text.replace('source: requests.jsonl', `source: "${source}/b/log.jsonl"\n  storage: { endpoint: "${place}" }`),
    );
    await evaluate(folder, [], { env });
    await put('b/log.jsonl', Buffer.from('{}\n'));
    const { exitCode, stderr } = await run(['promote', plan], { cwd: folder, env });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 5,
      stderr: expect.stringContaining('b/log.jsonl is no longer what was evaluated'),
    });
  });
});
