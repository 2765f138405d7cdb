import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FolderModelSpec } from '../../src/domain/outcome.ts';
import { replayVersions } from '../../src/replay/replay-version.ts';
import type { Database } from '../../src/database/database.ts';
import { colourSpec, temporaryFolder } from '../models/fixtures/tiny-model.ts';
import { never, openRequests, replayInTwoRuns, replayOf } from './fixtures/replays.ts';

const megabytes = 1e6;

/** A version that holds so much memory from its first request on. */
function heavySpec(size: number): FolderModelSpec {
  return colourSpec(`let held; export function encode(input) { held ??= Buffer.alloc(${size}, 1); return input; }`);
}

async function replay(
  db: Database,
  spec: FolderModelSpec,
  folder: string,
): Promise<{ readonly peak: number | null | undefined; readonly files: readonly string[] }> {
  const [result] = await replayVersions([await replayOf(db, spec, { folder })], never);
  return { peak: result?.peakMemory, files: result?.files ?? [] };
}

test('the peak is that of the version’s process and knows nothing of its parent', async () => {
  const db = await openRequests(200);
  const ballast = Buffer.alloc(400 * megabytes, 1);
  const light = await replay(db, colourSpec(), temporaryFolder());
  const heavy = await replay(db, heavySpec(200 * megabytes), temporaryFolder());
  expect(ballast).toHaveLength(400 * megabytes);
  expect(light.peak).toBeGreaterThan(30 * megabytes);
  expect(light.peak).toBeLessThan(350 * megabytes);
  expect((heavy.peak ?? 0) - (light.peak ?? 0)).toBeGreaterThan(150 * megabytes);
});

test('stored outcomes keep the peak to the byte', async () => {
  const db = await openRequests(100);
  const [spec, folder] = [colourSpec(), temporaryFolder()];
  const first = await replay(db, spec, folder);
  expect(first.peak).toBeGreaterThan(0);
  expect((await replay(db, spec, folder)).peak).toBe(first.peak);
});

test('a resumed replay keeps the higher peak of both', async () => {
  const db = await openRequests();
  const [spec, folder] = [colourSpec(), temporaryFolder()];
  const files = await replayInTwoRuns(db, spec, folder);
  const manifest = join(files[0], '..', 'manifest.json');
  const stored = JSON.parse(readFileSync(manifest, 'utf8'));
  writeFileSync(manifest, JSON.stringify({ ...stored, peakMemory: 9e12 }));
  truncateSync(files[1], 10);
  expect((await replay(db, spec, folder)).peak).toBe(9e12);
});

test('what is added to outcomes whose peak nobody knows has none either', async () => {
  const db = await openRequests();
  const [spec, folder] = [colourSpec(), temporaryFolder()];
  const files = await replayInTwoRuns(db, spec, folder);
  const manifest = join(files[0], '..', 'manifest.json');
  const stored = JSON.parse(readFileSync(manifest, 'utf8'));
  writeFileSync(manifest, JSON.stringify({ ...stored, peakMemory: null }));
  expect((await replay(db, spec, folder)).peak).toBeNull();
  truncateSync(files[1], 10);
  expect((await replay(db, spec, folder)).peak).toBeNull();
});
