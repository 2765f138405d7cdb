import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replayVersions } from '../../src/replay/replay-version.ts';
import { colourSpec, temporaryFolder } from '../models/fixtures/tiny-model.ts';
import {
  contents,
  countingSpec,
  countReplayed,
  never,
  openRequests,
  replayOf,
  requestCount,
  requests,
} from './fixtures/replays.ts';

test.each([
  [
    'altered',
    (file: string) => {
      const bytes = readFileSync(file);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    },
  ],
  ['cut', (file: string) => truncateSync(file, 100)],
  ['longer', (file: string) => appendFileSync(file, 'x')],
])('a stored part that was %s is replayed again', async (_, damage) => {
  const db = await openRequests();
  const { spec, calls } = countingSpec();
  const folder = temporaryFolder();
  const [first] = await replayVersions([await replayOf(db, spec, { folder })], never);
  const expected = await contents(db, first?.files ?? []);
  damage(first?.files[1] ?? '');
  const [second] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(second?.replayed).toBe(1024);
  expect(calls()).toBe(requestCount + 1024);
  expect(await contents(db, second?.files ?? [])).toEqual(expected);
});

test('an unreadable manifest means that nothing is stored', async () => {
  const db = await openRequests(100);
  const folder = temporaryFolder();
  await replayVersions([await replayOf(db, colourSpec(), { folder })], never);
  const spec = colourSpec();
  const [first] = await replayVersions([await replayOf(db, spec, { folder })], never);
  writeFileSync(join(first?.files[0] ?? '', '..', 'manifest.json'), '{"format": 1, "par');
  const [second] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(second?.replayed).toBe(100);
});

test('outcomes of another backend are not mixed with new ones', async () => {
  const db = await openRequests();
  const folder = temporaryFolder();
  const replay = await replayOf(db, colourSpec(), { folder });
  const [first] = await replayVersions([replay], never);
  const manifest = join(first?.files[0] ?? '', '..', 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(`"${first?.backend}"`, '"another"'));
  truncateSync(first?.files[2] ?? '', 10);
  expect(await countReplayed(replay)).toBe(requestCount);
});

test('fresh replays anew, and other requests, settings or artifacts have outcomes of their own', async () => {
  const db = await openRequests(100);
  const spec = colourSpec();
  const folder = temporaryFolder();
  const replay = await replayOf(db, spec, { folder });
  expect(await countReplayed(replay)).toBe(100);
  expect(await countReplayed(await replayOf(db, spec, { folder, fresh: true }))).toBe(100);
  expect(await countReplayed({ ...replay, requests: { ...requests, files: ['0'] } })).toBe(100);
  expect(await countReplayed({ ...replay, requests: { ...requests, from: '2026-01-01' } })).toBe(100);
  expect(await countReplayed(await replayOf(db, spec, { folder, timeoutMs: 3000 }))).toBe(100);
  expect(
    await countReplayed(await replayOf(db, colourSpec('export const encode = (input) => input;'), { folder })),
  ).toBe(100);
  expect(await countReplayed(replay)).toBe(0);
});

test('a store that cannot be written is refused', async () => {
  const db = await openRequests(10);
  const folder = join(temporaryFolder(), 'file');
  writeFileSync(folder, '');
  await expect(replayVersions([await replayOf(db, colourSpec(), { folder })], never)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('cannot be written'),
  });
});

test('no temporary files are left in the store', async () => {
  const db = await openRequests(100);
  const folder = temporaryFolder();
  await replayVersions([await replayOf(db, colourSpec(), { folder })], never);
  const [key = ''] = readdirSync(folder);
  expect(readdirSync(join(folder, key)).toSorted()).toEqual(['manifest.json', 'part-00000.parquet']);
  expect(existsSync(join(folder, key, 'manifest.json'))).toBe(true);
});
