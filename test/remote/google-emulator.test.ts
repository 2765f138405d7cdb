import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { objectSource } from '../../src/remote/storage/bucket.ts';
import { listObjects } from '../../src/remote/storage/list.ts';
import { run } from '../cli/harness.ts';
import { edit, evaluate, log, plan, starter } from '../cli/starter.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { googleFront, isGoogleThere, startGoogle } from './google-front.ts';

const googleKeys = { GCS_HMAC_ACCESS_ID: 'GOOG1EXAMPLE', GCS_HMAC_SECRET: 'bGoa' };

test.skipIf(!isWhole || !isGoogleThere)(
  'fake-gcs-server gives a log by its own XML API, and lists 10,000 objects in one answer and in ten pages',
  async () => {
    const folder = await starter();
    const bucket = join(folder, 'seed/logs');
    mkdirSync(join(bucket, 'many'), { recursive: true });
    cpSync(join(folder, log), join(bucket, 'a/one two.jsonl'));
    for (let index = 0; index < 10_000; index += 1) writeFileSync(join(bucket, `many/${index}.txt`), 'x');
    const { endpoint, stop } = await startGoogle(join(folder, 'seed'));
    onTestFinished(stop);
    const from = (key: string) => (text: string) =>
      text.replace(
        /source: requests.jsonl|source: "gs:.*\n.*storage.*/u,
        `source: "gs://logs/${key}"\n  storage: { endpoint: "${endpoint}" }`,
      );
    edit(folder, plan, from('a/*.jsonl'));
    const there = await evaluate(folder, [], { env: googleKeys });
    expect(there.evidence.guardrails).toEqual((await evaluate(await starter())).evidence.guardrails);
    edit(folder, plan, from('many/*.jsonl'));
    const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder, env: googleKeys });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 5,
      stderr: expect.stringContaining('10000 keys begin with many/'),
    });
    const front = await googleFront(endpoint, googleKeys.GCS_HMAC_ACCESS_ID);
    onTestFinished(front.stop);
    const access = { run: true, environment: googleKeys };
    const { signal } = new AbortController();
    const listed = async (place: string) => {
      const all = await listObjects(access, objectSource(access, 'gs://logs/many/*', { endpoint: place }), signal);
      return all.map(({ key, etag, generation, bytes }) => [key, etag, generation, bytes]);
    };
    expect(await listed(front.endpoint)).toEqual(await listed(endpoint));
    expect(front.pages()).toBe(10);
  },
);
