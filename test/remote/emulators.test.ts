import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketStore } from '../../src/remote/storage/bucket-store.ts';
import { headOf, listObjects } from '../../src/remote/storage/list.ts';
import { run } from '../cli/harness.ts';
import { edit, evaluate, log, plan, starter } from '../cli/starter.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { cutting } from './cutting-proxy.ts';
import { EmulatedBucket, emulators } from './emulators.ts';

describe.each(emulators)(
  '$name (skipped where it is not installed)',
  ({ isThere: isInstalled, source, env, refused = {}, ...emulator }) => {
    const isThere = isWhole && isInstalled;
    let place = '';
    let emulated: EmulatedBucket;
    const access = { run: true, environment: env };
    const { signal } = new AbortController();
    const bucketOf = (key = '') => emulated.of(key);
    const put = async (key: string, body: Uint8Array) => await emulated.put(key, body);

    beforeAll(async () => {
      if (!isThere) return;
      emulated = await EmulatedBucket.open({ ...emulator, isThere, source, env });
      place = emulated.endpoint;
    }, 120_000);
    afterAll(() => emulated?.stop());

    test.skipIf(!isThere)('is read as the same files on a disk, and written to', { timeout: 60_000 }, async () => {
      const folder = await starter();
      const lines = readFileSync(join(folder, log), 'utf8').split('\n');
      await put('a/dt=2026-11-01/one two+ü.jsonl', Buffer.from(`${lines.slice(0, 600).join('\n')}\n`));
      await put("a/dt=2026-11-02/it's 100%.jsonl.gz", gzipSync(lines.slice(600).join('\n')));
      await put('a/empty.jsonl', new Uint8Array());
      edit(folder, plan, (text) =>
        text.replace(
          'source: requests.jsonl',
          `source: "${source}/a/**/*.jsonl*"\n  storage: { endpoint: "${place}" }`,
        ),
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

    test.skipIf(!isThere)(
      'names all of 1,200 objects, in pages where they are smaller',
      { timeout: 300_000 },
      async () => {
        for (let from = 0; from < 1200; from += 40)
          await Promise.all(
            Array.from({ length: 40 }, (_, index) => put(`many/${from + index}.txt`, Buffer.from('x'))),
          );
        const listed = await listObjects(access, bucketOf('many/*.txt'), signal);
        expect(new Set(listed.map(({ key }) => key)).size).toBe(1200);
        // When it was written is told by lists and by objects alike.
        const head = await headOf(access, bucketOf().bucket, listed[0]?.key ?? '', signal);
        expect(head?.written?.slice(0, 19)).toBe(listed[0]?.written?.slice(0, 19));
      },
    );

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

    test.skipIf(!isThere)(
      'gives an object whose connection was cut to whoever asks again',
      { timeout: 60_000 },
      async () => {
        const folder = await starter();
        await put('c/log.jsonl', readFileSync(join(folder, log)));
        const proxy = await cutting(new URL(place));
        edit(folder, plan, (text) =>
          text.replace(
            'source: requests.jsonl',
            `source: "${source}/c/log.jsonl"\n  storage: { endpoint: "${proxy.endpoint}${emulator.path ?? ''}" }`,
          ),
        );
        const there = await evaluate(folder, [], { env });
        expect(proxy.cuts()).toBe(1);
        expect(there.evidence.guardrails).toEqual((await evaluate(await starter())).evidence.guardrails);
      },
    );

    test.skipIf(!isThere || Object.keys(refused).length === 0)('refuses other credentials', async () => {
      const folder = await starter();
      edit(folder, plan, (text) =>
        text.replace('source: requests.jsonl', `source: "${source}/a/*.jsonl"\n  storage: { endpoint: "${place}" }`),
      );
      const { exitCode, stdout, stderr } = await run(['evaluate', plan], { cwd: folder, env: refused });
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: 5,
        stdout: '',
        stderr: expect.stringMatching(
          /may not be read with these credentials.*: they need permission to list objects/u,
        ),
      });
    });
  },
);
