import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ModelSpec } from '../../src/domain/outcome.ts';
import { artifactSha256 } from '../../src/models/artifact.ts';
import { loadOutcomes } from '../../src/replay/outcome-tables.ts';
import { replayVersions, type Replay, type ReplayProgress } from '../../src/replay/replay-version.ts';
import { openDatabase, type Database } from '../../src/requests/database.ts';
import { colourSpec, hostScript, temporaryFolder } from '../models/fixtures/tiny-model.ts';

/** Two parts and a half: parts have 1,024 rows. */
const requestCount = 2500;
const requests = {
  files: ['f'.repeat(64)],
  fields: { id: 'id', timestamp: 'at', unit: 'user', input: 'input', label: 'label', outcomes: 'outcomes' },
};

async function openRequests(rows = requestCount): Promise<Database> {
  const db = await openDatabase({ tempFolder: temporaryFolder() });
  onTestFinished(() => db.close());
  // Sequence numbers have gaps, as a window of time leaves them.
  await db.run(`CREATE TABLE requests AS SELECT (i * 3)::BIGINT AS seq,
    CASE WHEN i % 100 = 7 THEN '[1]' ELSE format('[{}, {}, {}]', i % 3, i % 5, i % 2) END AS input FROM range(${rows}) t(i)`);
  return db;
}

/** A version that writes a line to a file for each request it encodes. */
function countingSpec(): { spec: ModelSpec; calls: () => number } {
  const log = join(temporaryFolder(), 'calls');
  writeFileSync(log, '');
  const spec = colourSpec(`import { appendFileSync } from 'node:fs';
    export function encode(input) { appendFileSync(${JSON.stringify(log)}, '.'); return input; }`);
  return { spec, calls: () => readFileSync(log, 'utf8').length };
}

interface Options {
  readonly folder: string;
  readonly fresh?: boolean;
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

async function replayOf(db: Database, spec: ModelSpec, options: Options): Promise<Replay> {
  const { folder, fresh = false, timeoutMs = 2000, onProgress = () => undefined } = options;
  const sha256 = await artifactSha256(spec.folder);
  const host = { hostScript, timeoutMs, batch: 64 };
  return { db, table: 'requests', requests, spec, sha256, host, store: { folder, fresh }, onProgress };
}

const never = new AbortController().signal;

async function contents(db: Database, files: readonly string[]): Promise<unknown> {
  await loadOutcomes(db, 'outcomes', files);
  return db.rows('SELECT * FROM outcomes ORDER BY seq');
}

function bytesOf(files: readonly string[] = []): string[] {
  return files.map((file) => readFileSync(file, 'base64'));
}

async function countReplayed(replay: Replay): Promise<number | undefined> {
  const [result] = await replayVersions([replay], never);
  return result?.replayed;
}

test('a replay gives every request one outcome', async () => {
  const db = await openRequests();
  const [result] = await replayVersions([await replayOf(db, colourSpec(), { folder: temporaryFolder() })], never);
  expect(result).toMatchObject({
    version: '1.0.0',
    backend: expect.stringMatching(/wasm|tensorflow/u),
    rows: requestCount,
    replayed: requestCount,
  });
  await loadOutcomes(db, 'outcomes', result?.files ?? []);
  const counts =
    await db.rows(`SELECT count(*) AS n, count(DISTINCT seq) AS seqs, count(error) AS errors, count(detail) AS details,
    count(label) AS labels, count(score) AS scores FROM outcomes SEMI JOIN requests USING (seq)`);
  expect(counts).toEqual([{ n: 2500, seqs: 2500, errors: 25, details: 25, labels: 2475, scores: 2475 }]);
  expect(await db.rows('SELECT label, error FROM outcomes WHERE seq IN (6, 21)')).toEqual([
    { label: 'red', error: null },
    { label: null, error: 'model-error' },
  ]);
});

test('a second replay finds everything in the store and starts no model', async () => {
  const db = await openRequests();
  const { spec, calls } = countingSpec();
  const folder = temporaryFolder();
  const [first] = await replayVersions([await replayOf(db, spec, { folder })], never);
  const replay = await replayOf(db, spec, { folder });
  const [second] = await replayVersions([{ ...replay, host: { ...replay.host, hostScript: '/missing' } }], never);
  expect(second).toEqual({ ...first, replayed: 0 });
  expect(calls()).toBe(requestCount);
});

test('an interrupted replay keeps its finished parts, and resumed gives the files of an uninterrupted one', async () => {
  const db = await openRequests();
  const { spec, calls } = countingSpec();
  const whole = temporaryFolder();
  const [uninterrupted] = await replayVersions([await replayOf(db, spec, { folder: whole })], never);
  const callsOfWhole = calls();

  const folder = temporaryFolder();
  const stop = new AbortController();
  const onProgress = ({ done }: ReplayProgress): void => {
    if (done >= 2048) stop.abort();
  };
  await expect(replayVersions([await replayOf(db, spec, { folder, onProgress })], stop.signal)).rejects.toMatchObject({
    exitCode: 130,
  });
  const callsOfInterrupted = calls() - callsOfWhole;
  expect(callsOfInterrupted).toBeLessThanOrEqual(requestCount);

  const [resumed] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(resumed?.replayed).toBeLessThanOrEqual(requestCount - 1024);
  expect(calls() - callsOfWhole - callsOfInterrupted).toBe(resumed?.replayed);
  expect(bytesOf(resumed?.files)).toEqual(bytesOf(uninterrupted?.files));
});

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

test('two versions are replayed at once, each into outcomes of its own', async () => {
  const db = await openRequests();
  const folder = temporaryFolder();
  const other = colourSpec('export const encode = ([a, b, c]) => [c, b, a];');
  const progress: ReplayProgress[] = [];
  const onProgress = (step: ReplayProgress): void => void progress.push(step);
  const results = await replayVersions(
    [
      await replayOf(db, colourSpec(), { folder, onProgress }),
      await replayOf(db, { ...other, version: '2.0.0' }, { folder, onProgress }),
    ],
    never,
  );
  await loadOutcomes(db, 'one', results[0]?.files ?? []);
  await loadOutcomes(db, 'two', results[1]?.files ?? []);
  const [row] =
    await db.rows(`SELECT count(*) AS n, count(*) FILTER (one.label = 'red' AND two.label = 'blue') > 0 AS mirrored,
    count(*) FILTER (one.label = 'green' AND two.label <> 'green') AS differs FROM one JOIN two USING (seq)`);
  expect(row).toMatchObject({ n: requestCount, mirrored: true });
  for (const version of ['1.0.0', '2.0.0']) {
    expect(progress.findLast((step) => step.version === version)).toEqual({
      version,
      done: requestCount,
      total: requestCount,
    });
  }
});

test('a version that cannot be loaded stops the other one and is what is reported', async () => {
  const db = await openRequests();
  const folder = temporaryFolder();
  const slow = colourSpec('export const encode = () => { for (;;); };');
  const broken = { ...colourSpec("throw new Error('no vocabulary');"), version: '2.0.0' };
  const replays = [await replayOf(db, slow, { folder, timeoutMs: 60_000 }), await replayOf(db, broken, { folder })];
  await expect(replayVersions(replays, never)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('no vocabulary'),
  });
});

test('no requests give an empty table', async () => {
  const db = await openRequests(0);
  const [result] = await replayVersions([await replayOf(db, colourSpec(), { folder: temporaryFolder() })], never);
  expect(result).toMatchObject({ files: [], rows: 0, backend: '' });
  expect(await contents(db, result?.files ?? [])).toEqual([]);
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

test('equal versions are replayed once', async () => {
  const db = await openRequests(100);
  const { spec, calls } = countingSpec();
  const replay = await replayOf(db, spec, { folder: temporaryFolder(), fresh: true });
  const results = await replayVersions([replay, { ...replay, spec: { ...spec, version: '1.0.1' } }], never);
  expect(results.map(({ version, rows }) => [version, rows])).toEqual([
    ['1.0.0', 100],
    ['1.0.1', 100],
  ]);
  expect(calls()).toBe(100);
});
