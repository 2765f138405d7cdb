import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OutcomeStore } from '../../../src/replay/store/outcome-store.ts';
import { loadReplayed } from '../../../src/replay/store/outcome-tables.ts';
import { replayVersions } from '../../../src/replay/replay-version.ts';
import { colourSpec, temporaryFolder } from '../../models/fixtures/tiny-model.ts';
import {
  contents,
  countingSpec,
  countReplayed,
  never,
  openRequests,
  replayOf,
  replayInTwoRuns,
  requestCount,
  requests,
  rowsOf,
} from '../fixtures/replays.ts';

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
])('what is in a stored file that was %s is replayed again', async (_, damage) => {
  const db = await openRequests();
  const { spec, calls } = await countingSpec();
  const folder = temporaryFolder();
  const files = await replayInTwoRuns(db, spec, folder);
  const before = calls();
  const expected = await contents(db, files);
  const lost = await rowsOf(db, files[1]);
  damage(files[1]);
  const [again] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(again?.replayed).toBe(lost);
  expect(calls() - before).toBe(lost);
  expect(await contents(db, again?.files ?? [])).toEqual(expected);
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
  const spec = colourSpec();
  const files = await replayInTwoRuns(db, spec, folder);
  const manifest = join(files[0], '..', 'manifest.json');
  const stored = JSON.parse(readFileSync(manifest, 'utf8'));
  writeFileSync(manifest, JSON.stringify({ ...stored, backend: 'another' }));
  truncateSync(files[1], 10);
  const [result] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(result?.replayed).toBe(requestCount);
  expect(readdirSync(join(files[0], '..'))).toHaveLength(1 + (result?.files.length ?? 0));
});

test('fresh replays anew, and other requests, settings or artifacts have outcomes of their own', async () => {
  const db = await openRequests(100);
  const spec = colourSpec();
  const folder = temporaryFolder();
  const replay = await replayOf(db, spec, { folder });
  expect(await countReplayed(replay)).toBe(100);
  expect(await countReplayed(await replayOf(db, spec, { folder, fresh: true }))).toBe(100);
  expect(await countReplayed({ ...replay, requests: { ...requests, files: ['0'] } })).toBe(100);
  expect(await countReplayed({ ...replay, requests: { ...requests, order: '2500:2' } })).toBe(100);
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
  expect(readdirSync(join(folder, key)).toSorted()).toEqual(['manifest.json', 'rows-000000000-000000100.parquet']);
  expect(existsSync(join(folder, key, 'manifest.json'))).toBe(true);
});

test('outcomes that are no longer one for each request are refused', async () => {
  const db = await openRequests();
  const files = await replayInTwoRuns(db, colourSpec(), temporaryFolder());
  const replayed = { version: '1.0.0', rows: requestCount };
  await loadReplayed(db, 'outcomes', { ...replayed, files });
  for (const wrong of [files.slice(1), [...files, files[0]]]) {
    const loaded = loadReplayed(db, 'outcomes', { ...replayed, files: wrong });
    await expect(loaded).rejects.toMatchObject({ exitCode: 5 });
  }
  rmSync(files[1]);
  await expect(loadReplayed(db, 'outcomes', { ...replayed, files })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('The stored outcomes of 1.0.0 cannot be read'),
    hint: expect.stringContaining('when no other canary replays the same'),
  });
});

describe('a store', () => {
  const key = 'a'.repeat(64);
  test('whose manifest could not be written has the rows once when they are added again', async () => {
    const folder = temporaryFolder();
    const store = await OutcomeStore.open(folder, key, false);
    const manifest = join(folder, key, 'manifest.json');
    mkdirSync(manifest);
    await expect(store.add({ from: 0, to: 64 }, write)).rejects.toMatchObject({ exitCode: 5 });
    expect(await store.missing(100)).toEqual([{ from: 0, to: 100 }]);
    rmdirSync(manifest);
    await store.add({ from: 0, to: 128 }, write);
    const again = await OutcomeStore.open(folder, key, false);
    expect(await again.missing(200)).toEqual([{ from: 128, to: 200 }]);
    expect(again.paths).toHaveLength(1);
  });

  test('does not believe a manifest in which rows are in two files', async () => {
    const folder = temporaryFolder();
    const store = await OutcomeStore.open(folder, key, false);
    await store.add({ from: 0, to: 64 }, write);
    await store.add({ from: 32, to: 96 }, write);
    const again = await OutcomeStore.open(folder, key, false);
    expect(await again.missing(96)).toEqual([{ from: 64, to: 96 }]);
    expect(again.paths).toHaveLength(1);
  });
});

async function write(path: string): Promise<void> {
  writeFileSync(path, 'rows');
}
