import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { loadReplayed } from '../../../src/replay/store/outcome-tables.ts';
import { replayVersions } from '../../../src/replay/replay-version.ts';
import { colourSpec, temporaryFolder } from '../../models/fixtures/tiny-model.ts';
import { casesOf } from '../../fixtures/tiers.ts';
import {
  contents,
  countingSpec,
  countReplayed,
  interruptHalfWay,
  never,
  openRequests,
  replayOf,
  requestCount,
  rowsOf,
  storedFiles,
} from '../fixtures/replays.ts';

const damages = [
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
  ['removed', (file: string) => rmSync(file)],
] as const;

test.each(casesOf(damages, 2, 1))('what is in a stored file that was %s is replayed again', async (_, damage) => {
  const db = await openRequests();
  const { spec, calls } = await countingSpec();
  const folder = temporaryFolder();
  const [whole] = await replayVersions([await replayOf(db, spec, { folder })], never);
  const before = calls();
  const expected = await contents(db, whole);
  damage(storedFiles(folder)[0] ?? '');
  const [again] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(again?.replayed).toBe(requestCount);
  expect(calls() - before).toBe(requestCount);
  expect(await contents(db, again)).toEqual(expected);
});

// Outside of the whole the half of the damages.
test.each(casesOf(damages, 2))('a piece of an interrupted replay that was %s is asked for again', async (_, damage) => {
  const db = await openRequests();
  const spec = colourSpec();
  const folder = temporaryFolder();
  const [whole] = await replayVersions([await replayOf(db, spec, { folder: temporaryFolder() })], never);
  await interruptHalfWay(db, spec, folder);
  const [piece = '', ...others] = storedFiles(folder);
  const kept = await Promise.all(others.map((file) => rowsOf(db, file)));
  damage(piece);
  const [again] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(again?.replayed).toBe(requestCount - kept.reduce((sum, rows) => sum + rows, 0));
  expect(await contents(db, again)).toEqual(await contents(db, whole));
});

test('an unreadable record means that nothing is stored', async () => {
  const db = await openRequests(100);
  const folder = temporaryFolder();
  const replay = await replayOf(db, colourSpec(), { folder });
  expect(await countReplayed(replay)).toBe(100);
  const [file = ''] = storedFiles(folder);
  writeFileSync(file.replace(/\.[\da-f]{16}\.parquet$/u, '.json'), '{"sha256": "1", "par');
  expect(await countReplayed(replay)).toBe(100);
  expect(await countReplayed(replay)).toBe(0);
});

test('outcomes of another backend are not mixed with new ones', async () => {
  const db = await openRequests();
  const folder = temporaryFolder();
  const spec = colourSpec();
  await interruptHalfWay(db, spec, folder);
  const [key = ''] = readdirSync(folder);
  const [backend = ''] = readdirSync(join(folder, key));
  renameSync(join(folder, key, backend), join(folder, key, 'another'));
  const [result] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(result).toMatchObject({ replayed: requestCount, backend });
});

test('fresh replays anew, and other settings or artifacts have outcomes of their own', async () => {
  const db = await openRequests(100);
  const spec = colourSpec();
  const folder = temporaryFolder();
  const replay = await replayOf(db, spec, { folder });
  expect(await countReplayed(replay)).toBe(100);
  expect(await countReplayed(await replayOf(db, spec, { folder, fresh: true }))).toBe(100);
  expect(await countReplayed({ ...replay, again: 'again' })).toBe(100);
  expect(await countReplayed(await replayOf(db, spec, { folder, timeoutMs: 3000 }))).toBe(100);
  expect(
    await countReplayed(await replayOf(db, colourSpec('export const encode = (input) => input;'), { folder })),
  ).toBe(100);
  expect(await countReplayed(replay)).toBe(0);
});

test('requests are known by what they ask and in which order, not by the log that they are in', async () => {
  const db = await openRequests(100);
  const spec = colourSpec();
  const folder = temporaryFolder();
  const replay = await replayOf(db, spec, { folder });
  expect(await countReplayed(replay)).toBe(100);
  await db.run('CREATE TABLE moved AS SELECT seq + 1000 AS seq, input FROM requests');
  expect(await countReplayed({ ...replay, table: 'moved' })).toBe(0);
  await db.run('CREATE TABLE turned AS SELECT -seq AS seq, input FROM requests');
  expect(await countReplayed({ ...replay, table: 'turned' })).toBe(100);
  await db.run(
    `CREATE TABLE other AS SELECT seq, CASE seq WHEN 30 THEN '[9, 9, 9]' ELSE input END AS input FROM requests`,
  );
  expect(await countReplayed({ ...replay, table: 'other' })).toBe(100);
});

test('of a log that grew only the windows that are new are replayed', async () => {
  const db = await openRequests(2 * 8192 + 100);
  const spec = colourSpec();
  const folder = temporaryFolder();
  const replay = await replayOf(db, spec, { folder });
  await db.run('CREATE TABLE earlier AS SELECT * FROM requests ORDER BY seq LIMIT 8292');
  expect(await countReplayed({ ...replay, table: 'earlier' })).toBe(8292);
  const [grown] = await replayVersions([replay], never);
  expect(grown?.replayed).toBe(8192 + 100);
  const [anew] = await replayVersions([await replayOf(db, spec, { folder: temporaryFolder() })], never);
  expect(await contents(db, grown)).toEqual(await contents(db, anew));
});

test('two replays at once share the work, and both have the outcomes of one alone', async () => {
  const windows = 2;
  const [one, other] = [await openRequests(windows * 8192), await openRequests(windows * 8192)];
  const { spec, calls } = await countingSpec();
  const folder = temporaryFolder();
  const replayOn = async (db: Database) => (await replayVersions([await replayOf(db, spec, { folder })], never))[0];
  const first = replayOn(one);
  await expect.poll(() => storedFiles(folder).length, { timeout: 300_000 }).toBeGreaterThan(0);
  const results = [await replayOn(other), await first];
  expect(await contents(other, results[0])).toEqual(await contents(one, results[1]));
  expect(results[0]?.parts).toEqual(results[1]?.parts);
  // Whoever meets a window that is under way asks it as well.
  expect(calls()).toBeLessThan(2 * windows * 8192);
  expect(storedFiles(folder)).toHaveLength(windows);
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

test('no temporary files are left in the store, nor pieces of what was finished', async () => {
  const db = await openRequests();
  const folder = temporaryFolder();
  const spec = colourSpec();
  await interruptHalfWay(db, spec, folder);
  await replayVersions([await replayOf(db, spec, { folder })], never);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
  const kinds = names.map((name) => name.replace(/^.*\//u, '').replaceAll(/[\da-f]{16,64}/gu, 'H'));
  expect(kinds.toSorted()).toEqual(['H.H.parquet', 'H.json', 'batches-H.json']);
});

test('outcomes that are no longer one for each request are refused', async () => {
  const db = await openRequests();
  const folder = temporaryFolder();
  const [whole] = await replayVersions([await replayOf(db, colourSpec(), { folder })], never);
  if (whole === undefined) throw new Error('a replay gave no result');
  for (const parts of [[], [...whole.parts, ...whole.parts]]) {
    await expect(loadReplayed(db, 'outcomes', { ...whole, parts })).rejects.toMatchObject({ exitCode: 5 });
  }
  rmSync(whole.parts[0]?.path ?? '');
  await expect(loadReplayed(db, 'outcomes', whole)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('The stored outcomes of 1.0.0 cannot be read'),
    hint: expect.stringContaining('when no other canary replays the same'),
  });
});
