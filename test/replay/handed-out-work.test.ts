import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HostedModel } from '../../src/models/host/hosted-model.ts';
import { bucketStore } from '../../src/remote/storage/bucket-store.ts';
import { replayVersions } from '../../src/replay/replay-version.ts';
import { ParquetWriter } from '../../src/replay/store/parquet-table.ts';
import { PreparedRequests, storedWindow } from '../../src/replay/store/prepared-requests.ts';
import type { StoreLocation } from '../../src/replay/store/store-place.ts';
import { handedOutWork, replayMissing, storedOf } from '../../src/replay/version-work.ts';
import { colourSpec, temporaryFolder } from '../models/fixtures/tiny-model.ts';
import { objectServer } from '../remote/object-server.ts';
import { never, openRequests, replayOf } from './fixtures/replays.ts';

const requests = 8192 + 100;

/** A worker at a store of two windows of requests. */
async function workerAt(location: StoreLocation) {
  const db = await openRequests(requests);
  await db.run('ALTER TABLE requests ADD COLUMN label VARCHAR');
  const replay = {
    ...(await replayOf(db, colourSpec(), { folder: '' })),
    truth: true,
    store: { ...location, fresh: false },
  };
  const { batch } = replay.host;
  const prepared = await PreparedRequests.prepare(
    db,
    { table: 'requests' },
    {
      location,
      name: 'job',
      batches: [batch],
      files: [],
      onProgress: () => undefined,
    },
  );
  const model = await HostedModel.open(replay.spec, replay.sha256, replay.host);
  onTestFinished(async () => await model.close());
  const windows = prepared.windows(batch).windows.map(({ digest, from, to }) => ({ digest, rows: to - from }));
  const take = async (index: number): Promise<number> => {
    const window = windows[index];
    if (window === undefined) throw new Error('there is no such window');
    return await replayMissing(handedOutWork(replay, storedWindow(location, window)), model, new ParquetWriter(db));
  };
  return { replay: { ...replay, prepared }, take };
}

test('a worker replays a window once, and looks through no store for it', async () => {
  const { endpoint, requests: asked } = await objectServer();
  const access = { run: true, environment: {} };
  const objects = bucketStore(access, 's3://out/a', { endpoint }, AbortSignal.timeout(120_000));
  const { replay, take } = await workerAt({ folder: temporaryFolder(), objects });
  asked.length = 0;
  expect([await take(1), await take(1), await take(0)]).toEqual([100, 0, 8192]);
  // Pieces of unfinished windows, of which there are few.
  const lists = asked.filter((request) => request === 'GET');
  expect(lists).toHaveLength(3);
  expect(await storedOf(replay)).toMatchObject({ windows: 2, missing: [] });
});

test('a window that another backend finished is not finished for this one, so that one of them gets all', async () => {
  const folder = temporaryFolder();
  const { replay, take } = await workerAt({ folder });
  await replayVersions([replay], never);
  const key = readdirSync(folder).find((name) => /^[\da-f]{64}$/u.test(name)) ?? '';
  const backend = readdirSync(join(folder, key)).find((name) => !name.includes('.')) ?? '';
  renameSync(join(folder, key, backend), join(folder, key, 'another'));
  expect([await take(0), await take(1)]).toEqual([8192, 100]);
  expect(readdirSync(join(folder, key))).toEqual(expect.arrayContaining(['another', backend]));
});
