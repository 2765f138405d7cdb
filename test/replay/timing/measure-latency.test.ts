import { readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { FolderModelSpec } from '../../../src/domain/outcome.ts';
import { artifactSha256 } from '../../../src/models/artifact.ts';
import { loadLatency, timeRequests, type LatencyMeasurement } from '../../../src/replay/timing/latency-store.ts';
import { measureLatency } from '../../../src/replay/timing/measure-latency.ts';
import type { TimedVersion } from '../../../src/replay/timing/stopwatch.ts';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { type Journal, openJournal } from '../../models/fixtures/journal.ts';
import { colourSpec, hostScript, temporaryFolder } from '../../models/fixtures/tiny-model.ts';
import { isWhole } from '../../fixtures/tiers.ts';

const never = new AbortController().signal;
const settings = { hostScript, timeoutMs: 300, warmUp: 3, seed: 7 };
const inputs = Array.from({ length: 20 }, (_, index) => JSON.stringify([index, 1, 2]));

async function timedVersion(spec: FolderModelSpec): Promise<TimedVersion> {
  return { spec, sha256: await artifactSha256(spec.folder) };
}

/** A version that notes which of its processes took which input. */
function notingSpec({ noteSource }: Journal, name: string): FolderModelSpec {
  return colourSpec(`${noteSource}
    export async function encode(input) { await note('${name} ' + process.pid + ' ' + input[0]); return input; }`);
}

/** Which version took each request and in which process, in the order in which they did. */
function turnsIn({ lines }: Journal): { readonly name: string; readonly pid: string; readonly request: number }[] {
  return lines.map((line) => {
    const [name = '', pid = '', request] = line.split(' ');
    return { name, pid, request: Number(request) };
  });
}

/** The turns of two pairs, with 12 and 8 requests. */
async function turnsWith(seed: number): Promise<ReturnType<typeof turnsIn>> {
  const journal = await openJournal();
  const baseline = await timedVersion(notingSpec(journal, 'baseline'));
  const candidate = await timedVersion(notingSpec(journal, 'candidate'));
  const parts = [inputs.slice(0, 12), inputs.slice(12)].map((part) => ({ inputs: part, arrivalsMs: [] }));
  await measureLatency({ baseline, candidate }, parts, { ...settings, seed }, never, () => undefined);
  return turnsIn(journal);
}

test('every request is taken by both processes of its pair before the next, in an order drawn from the seed', async () => {
  const turns = await turnsWith(7);
  const warm = 2 * settings.warmUp;
  expect(turns).toHaveLength(2 * (20 + warm));
  const timed = [...turns.slice(warm, warm + 24), ...turns.slice(2 * warm + 24)];
  const orders: string[] = [];
  for (let request = 0; request < 20; request += 1) {
    const two = timed.slice(2 * request, 2 * request + 2);
    expect(two.map((turn) => turn.request)).toEqual([request, request]);
    expect(two.map(({ name }) => name).toSorted()).toEqual(['baseline', 'candidate']);
    orders.push(two[0]?.name ?? '');
  }
  expect(new Set(orders).size).toBe(2);
  const namesOf = async (seed: number) => (await turnsWith(seed)).map(({ name, request }) => `${name} ${request}`);
  expect(await namesOf(7)).toEqual(turns.map(({ name, request }) => `${name} ${request}`));
  expect(await namesOf(8)).not.toEqual(await namesOf(7));
});

test('each pair is two processes of its own', async () => {
  const turns = await turnsWith(7);
  const pairOf = turns.map((_, index) => (index < 24 + 2 * settings.warmUp ? 'first' : 'second'));
  const processes = new Set(turns.map(({ name, pid }, index) => `${pairOf[index]} ${name} ${pid}`));
  expect(processes.size).toBe(4);
  expect(new Set(turns.map(({ pid }) => pid)).size).toBe(4);
});

test('each process is warmed up on the same requests before any is timed', async () => {
  const journal = await openJournal();
  const version = await timedVersion(notingSpec(journal, 'one'));
  const times = await measureLatency(
    { baseline: null, candidate: version },
    [{ inputs, arrivalsMs: [] }],
    { ...settings, warmUp: 25 },
    never,
    () => undefined,
  );
  expect(turnsIn(journal).map(({ request }) => request)).toEqual([...inputs.keys(), 0, 1, 2, 3, 4, ...inputs.keys()]);
  expect(times.baseline).toBeNull();
  expect(times.candidate).toHaveLength(20);
});

test('a request that hangs costs the timeout, and the process is warm again before the next', async () => {
  const { lines, noteSource } = await openJournal();
  const spec = colourSpec(`${noteSource}
    export async function encode(input) { await note(String(input[0])); if (input[0] === 5) for (;;); return input; }`);
  const times = await measureLatency(
    { baseline: null, candidate: await timedVersion(spec) },
    [{ inputs: inputs.slice(0, 8), arrivalsMs: [] }],
    settings,
    never,
    () => undefined,
  );
  expect(times.candidate[5]).toEqual({ nanoseconds: 300e6, error: 'timeout', restarted: true, retries: 0 });
  expect(times.candidate.filter((time) => time.error === null)).toHaveLength(7);
  expect(lines.join(' ')).toBe('0 1 2 0 1 2 3 4 5 0 1 2 6 7');
});

async function openMeasurement(stop: Partial<LatencyMeasurement> = {}): Promise<LatencyMeasurement & { db: Database }> {
  const db = await openDatabase({ tempFolder: temporaryFolder() });
  onTestFinished(() => db.close());
  await db.run(
    `CREATE TABLE requests AS SELECT i::BIGINT AS seq, format('[{}, 1, 2]', i) AS input FROM range(100) t(i)`,
  );
  await db.run('CREATE TABLE latency_sample AS SELECT seq, seq // 50 AS pair FROM requests WHERE seq % 10 = 3');
  const fields = { id: 'id', timestamp: 'at', unit: 'user', input: 'input', label: 'label', outcomes: 'outcomes' };
  return {
    db,
    table: 'requests',
    sampleTable: 'latency_sample',
    requests: { files: ['a'], order: '', fields },
    baseline: await timedVersion(colourSpec()),
    candidate: await timedVersion(
      colourSpec("export const encode = (input) => { if (input[0] === 33) throw new Error('no'); return input; };"),
    ),
    settings,
    store: { folder: temporaryFolder(), fresh: false },
    onProgress: () => undefined,
    ...stop,
  };
}

test('the sample is timed on both, pair by pair, errors with their times', async () => {
  const measurement = await openMeasurement();
  const { file, measured } = await timeRequests(measurement, never);
  expect(measured).toBe(true);
  await loadLatency(measurement.db, 'measured_latency', file);
  const rows = await measurement.db.rows('SELECT * FROM measured_latency ORDER BY seq');
  expect(rows.map((row) => row['pair'])).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  expect(rows.map((row) => row['seq'])).toEqual([3, 13, 23, 33, 43, 53, 63, 73, 83, 93]);
  expect(rows.map((row) => row['candidate_error'])).toEqual([
    null,
    null,
    null,
    'model-error',
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(rows.every((row) => [row['baseline_ns'], row['candidate_ns']].every((ns) => Number(ns) > 0))).toBe(true);
});

test('a measurement in the store is used again byte for byte, a damaged one is not', async () => {
  const measurement = await openMeasurement();
  const { file } = await timeRequests(measurement, never);
  const bytes = readFileSync(file);
  expect(await timeRequests(measurement, never)).toEqual({ file, measured: false });
  expect(readFileSync(file)).toEqual(bytes);
  writeFileSync(file, bytes.subarray(1));
  expect(await timeRequests(measurement, never)).toMatchObject({ measured: true });
});

test.runIf(isWhole)('another seed, sample, share of it by pair or baseline is another measurement', async () => {
  const measurement = await openMeasurement();
  const { file } = await timeRequests(measurement, never);
  const others = [
    { ...measurement, settings: { ...settings, seed: 8 } },
    { ...measurement, baseline: null },
  ];
  const files = new Set([file]);
  for (const other of others) files.add((await timeRequests(other, never)).file);
  await measurement.db.run('UPDATE latency_sample SET pair = 1 WHERE seq = 3');
  files.add((await timeRequests(measurement, never)).file);
  await measurement.db.run('DELETE FROM latency_sample WHERE seq = 3');
  files.add((await timeRequests(measurement, never)).file);
  expect(files.size).toBe(5);
});

test('a candidate without a measured baseline has times of its own only', async () => {
  const measurement = await openMeasurement({ baseline: null });
  const { file } = await timeRequests(measurement, never);
  await loadLatency(measurement.db, 'measured_latency', file);
  const [row] = await measurement.db.rows(
    'SELECT count(*) AS n, count(baseline_ns) AS b, count(candidate_ns) AS c FROM measured_latency',
  );
  expect(row).toEqual({ n: 10, b: 0, c: 10 });
});

test('an interrupted measurement keeps nothing', async () => {
  const stop = new AbortController();
  const measurement = await openMeasurement({
    onProgress: ({ done }) => {
      if (done === 4) stop.abort();
    },
  });
  await expect(timeRequests(measurement, stop.signal)).rejects.toMatchObject({ exitCode: 130 });
  expect(await timeRequests({ ...measurement, onProgress: () => undefined }, never)).toMatchObject({ measured: true });
});

test(
  'a version that ends after every other answer cannot be timed, and is given up soon',
  { timeout: 60_000 },
  async () => {
    const spec = colourSpec(
      'let calls = 0; export function encode(input) { if (calls++ > 0) process.exit(0); return input; }',
    );
    const candidate = await timedVersion(spec);
    const measured = measureLatency(
      { baseline: null, candidate },
      [{ inputs, arrivalsMs: [] }],
      { ...settings, warmUp: 200 },
      never,
      () => undefined,
    );
    await expect(measured).rejects.toMatchObject({
      exitCode: 5,
      message: 'Version 1.0.0 cannot be timed: it ended 20 times over its first 40 requests.',
    });
  },
);
