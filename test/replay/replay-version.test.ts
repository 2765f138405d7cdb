import { expect, test } from 'vitest';
import type { ReplayProgress } from '../../src/replay/replay.ts';
import { replayVersions } from '../../src/replay/replay-version.ts';
import { colourSpec, temporaryFolder } from '../models/fixtures/tiny-model.ts';
import {
  askedAlone,
  contents,
  countReplayed,
  countingSpec,
  interruptHalfWay,
  load,
  never,
  openRequests,
  replayOf,
  requestCount,
} from './fixtures/replays.ts';

test('a replay gives every request one outcome', async () => {
  const db = await openRequests();
  const [result] = await replayVersions([await replayOf(db, colourSpec(), { folder: temporaryFolder() })], never);
  expect(result).toMatchObject({
    version: '1.0.0',
    backend: expect.stringMatching(/wasm|tensorflow/u),
    rows: requestCount,
    replayed: requestCount,
  });
  await load(db, 'outcomes', result);
  const counts =
    await db.rows(`SELECT count(*) AS n, count(DISTINCT seq) AS seqs, count(error) AS errors, count(detail) AS details,
    count(label) AS labels, count(score) AS scores FROM outcomes SEMI JOIN requests USING (seq)`);
  expect(counts).toEqual([{ n: 2500, seqs: 2500, errors: 25, details: 25, labels: 2475, scores: 2475 }]);
  expect(await db.rows('SELECT label, error FROM outcomes WHERE seq IN (6, 21)')).toEqual([
    { label: 'red', error: null },
    { label: null, error: 'model-error' },
  ]);
});

test('where the true labels are known, the score of each is kept', async () => {
  const db = await openRequests(40);
  await db.run(`ALTER TABLE requests ADD COLUMN label VARCHAR;
    UPDATE requests SET label = CASE seq % 9 WHEN 0 THEN 'red' WHEN 3 THEN 'green' WHEN 6 THEN 'mauve' END`);
  const folder = temporaryFolder();
  const replay = await replayOf(db, colourSpec(), { folder });
  const [result] = await replayVersions([{ ...replay, truth: true }], never);
  await load(db, 'outcomes', result);
  const [row] = await db.rows(`SELECT
    count(*) FILTER (requests.label = outcomes.label AND abs(true_score - score) > 1e-6) AS unlike_own,
    count(*) FILTER (requests.label IN ('red', 'green') AND error IS NULL AND true_score IS NULL) AS missing,
    count(*) FILTER (requests.label = 'mauve' AND true_score IS NOT NULL) AS invented,
    count(positive_score) AS positive FROM outcomes JOIN requests USING (seq)`);
  expect(row).toEqual({ unlike_own: 0, missing: 0, invented: 0, positive: 0 });
  expect(await countReplayed(replay)).toBe(40);
});

test('of two labels the score of the second is kept, whatever order a version lists them in', async () => {
  const db = await openRequests(30);
  const code = `export function encode(input) { return input; }
    export function decode([a]) { return { scores: { spam: a > 1 ? 0.75 : 0.25, ham: a > 1 ? 0.25 : 0.75 } }; }`;
  for (const labels of [
    ['spam', 'ham'],
    ['ham', 'spam'],
  ]) {
    const spec = colourSpec(code, {
      input: { kind: 'tensor', shape: [3] },
      output: { kind: 'classification', labels },
    });
    const [result] = await replayVersions([await replayOf(db, spec, { folder: temporaryFolder() })], never);
    await load(db, 'outcomes', result);
    const [row] =
      await db.rows(`SELECT count(*) AS n, count(*) FILTER ((label = '${labels[1]}') = (positive_score = 0.75)) AS right
      FROM outcomes WHERE error IS NULL`);
    expect(row).toEqual({ n: 29, right: 29 });
  }
});

test('a second replay finds everything in the store and starts no model', async () => {
  const db = await openRequests();
  const { spec, calls } = await countingSpec();
  const folder = temporaryFolder();
  const [first] = await replayVersions([await replayOf(db, spec, { folder })], never);
  const replay = await replayOf(db, spec, { folder });
  const [second] = await replayVersions([{ ...replay, host: { ...replay.host, hostScript: '/missing' } }], never);
  expect(second).toEqual({ ...first, replayed: 0 });
  expect(calls()).toBe(requestCount + askedAlone);
});

test('an interrupted replay keeps every answer that it has, and resumed gives the outcomes of an uninterrupted one', async () => {
  const db = await openRequests();
  const { spec, calls } = await countingSpec();
  const whole = await replayVersions([await replayOf(db, spec, { folder: temporaryFolder() })], never);
  const callsOfWhole = calls();

  const folder = temporaryFolder();
  await interruptHalfWay(db, spec, folder);
  const callsOfInterrupted = calls() - callsOfWhole;
  const [resumed] = await replayVersions([await replayOf(db, spec, { folder })], never);
  expect(resumed?.replayed).toBeLessThanOrEqual(requestCount / 2);
  expect(calls() - callsOfWhole - callsOfInterrupted).toBe((resumed?.replayed ?? 0) + askedAlone);
  // What two messages were about was under way.
  expect(callsOfInterrupted + (resumed?.replayed ?? 0)).toBeLessThanOrEqual(requestCount + 2 * 512);
  expect(await contents(db, resumed)).toEqual(await contents(db, whole[0]));
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
  await load(db, 'one', results[0]);
  await load(db, 'two', results[1]);
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
  expect(result).toMatchObject({ parts: [], rows: 0, backend: '' });
  expect(await contents(db, result)).toEqual([]);
});

test('equal versions are replayed once', async () => {
  const db = await openRequests(100);
  const { spec, calls } = await countingSpec();
  const replay = await replayOf(db, spec, { folder: temporaryFolder(), fresh: true });
  const results = await replayVersions([replay, { ...replay, spec: { ...spec, version: '1.0.1' } }], never);
  expect(results.map(({ version, rows }) => [version, rows])).toEqual([
    ['1.0.0', 100],
    ['1.0.1', 100],
  ]);
  expect(calls()).toBe(100 + askedAlone);
});
