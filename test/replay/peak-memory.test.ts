import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { FolderModelSpec } from '../../src/domain/outcome.ts';
import { replayVersions } from '../../src/replay/replay-version.ts';
import type { Database } from '../../src/database/database.ts';
import { colourSpec, temporaryFolder } from '../models/fixtures/tiny-model.ts';
import { interruptHalfWay, never, openRequests, replayOf, storedFiles } from './fixtures/replays.ts';

const megabytes = 1e6;

/** A version that holds so much memory from its first request on. */
function heavySpec(size: number): FolderModelSpec {
  return colourSpec(`let held; export function encode(input) { held ??= Buffer.alloc(${size}, 1); return input; }`);
}

async function replay(db: Database, spec: FolderModelSpec, folder: string): Promise<number | null | undefined> {
  const [result] = await replayVersions([await replayOf(db, spec, { folder })], never);
  return result?.peakMemory;
}

test('the peak is that of the version’s process and knows nothing of its parent', async () => {
  const db = await openRequests(200);
  const ballast = Buffer.alloc(400 * megabytes, 1);
  const light = await replay(db, colourSpec(), temporaryFolder());
  const heavy = await replay(db, heavySpec(200 * megabytes), temporaryFolder());
  expect(ballast).toHaveLength(400 * megabytes);
  expect(light).toBeGreaterThan(30 * megabytes);
  expect(light).toBeLessThan(350 * megabytes);
  expect((heavy ?? 0) - (light ?? 0)).toBeGreaterThan(150 * megabytes);
});

test('stored outcomes keep the peak to the byte', async () => {
  const db = await openRequests(100);
  const [spec, folder] = [colourSpec(), temporaryFolder()];
  const first = await replay(db, spec, folder);
  expect(first).toBeGreaterThan(0);
  expect(await replay(db, spec, folder)).toBe(first);
});

/** Changes what the store says of the memory of each part. */
function rewritePeaks(folder: string, peakMemory: number | null): void {
  for (const file of storedFiles(folder)) {
    const record = file.replace(/\.[\da-f]{16}\.parquet$/u, '.json');
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), peakMemory }));
  }
}

test('a resumed replay keeps the higher peak of both', async () => {
  const db = await openRequests();
  const [spec, folder] = [colourSpec(), temporaryFolder()];
  await interruptHalfWay(db, spec, folder);
  rewritePeaks(folder, 9e12);
  expect(await replay(db, spec, folder)).toBe(9e12);
});

test('what is added to outcomes whose peak nobody knows has none either', async () => {
  const db = await openRequests();
  const [spec, folder] = [colourSpec(), temporaryFolder()];
  await interruptHalfWay(db, spec, folder);
  rewritePeaks(folder, null);
  expect(await replay(db, spec, folder)).toBeNull();
  expect(await replay(db, spec, folder)).toBeNull();
});
