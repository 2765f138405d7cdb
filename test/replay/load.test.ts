import { expect, test } from 'vitest';
import type { Load } from '../../src/domain/load.ts';
import type { HttpModelSpec } from '../../src/domain/outcome.ts';
import { randomArrivalsMs, recordedArrivalsMs } from '../../src/replay/timing/arrival-times.ts';
import { measureLatency, type TimedColumn } from '../../src/replay/timing/measure-latency.ts';
import { sendAtTimes } from '../../src/replay/timing/measure-load.ts';
import { type Loopback, serve } from '../models/http/loopback.ts';
import { colourSpec, hostScript } from '../models/fixtures/tiny-model.ts';
import { artifactSha256 } from '../../src/models/artifact.ts';

const workMs = 20;
const never = new AbortController().signal;

/** A server with one worker that needs 20 ms for each request: the others wait. */
async function serveOneByOne(): Promise<Loopback & { readonly most: () => number }> {
  let worker = Promise.resolve();
  let [now, most] = [0, 0];
  const server = await serve(async ({ method }) => {
    if (method === 'GET') return { text: 'hello' };
    now += 1;
    most = Math.max(most, now);
    worker = worker.then(() => new Promise((resolve) => setTimeout(resolve, workMs)));
    await worker;
    now -= 1;
    return { json: { label: 'yes' } };
  });
  return { ...server, most: () => most };
}

function specOf(url: string): HttpModelSpec {
  const endpoint = { url, protocol: 'json', body: '{{input}}', answer: { label: 'label' } } as const;
  return {
    version: '1.0.0',
    runtime: 'http',
    endpoint,
    signature: { output: { kind: 'classification', labels: ['yes'] } },
  };
}

async function timesUnder(load: Load, url: string, requests: number, timeoutMs = 5000): Promise<TimedColumn> {
  const inputs = Array.from({ length: requests }, (_, index) => String(index));
  const arrivalsMs = load.kind === 'open' && load.rate !== 'recorded' ? randomArrivalsMs(requests, load.rate, 7) : [];
  const settings = { hostScript, timeoutMs, warmUp: 2, seed: 7, load };
  const versions = { baseline: null, candidate: { spec: specOf(url), sha256: '0'.repeat(64) } };
  return (await measureLatency(versions, [{ inputs, arrivalsMs }], settings, never, () => undefined)).candidate;
}

function quantileMs(times: TimedColumn, share: number): number {
  const sorted = times.map(({ nanoseconds }) => (nanoseconds ?? 0) / 1e6).toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

test('at 60 requests a second an open loop shows the queue before one worker with 20 ms of work; a closed loop does not', async () => {
  const open = await timesUnder(
    { kind: 'open', rate: 60, speedup: 1, concurrency: null },
    (await serveOneByOne()).url,
    99,
  );
  const closed = await timesUnder({ kind: 'one-by-one' }, (await serveOneByOne()).url, 40);
  expect(open).toHaveLength(99);
  // 99 requests in 1.65 s are 1.98 s of work: the last ones wait for most of what is too much.
  expect(quantileMs(open, 0.95)).toBeGreaterThan(150);
  expect(quantileMs(closed, 0.5)).toBeGreaterThanOrEqual(workMs - 1);
  expect(quantileMs(closed, 0.95)).toBeLessThan(100);
});

test('so many clients wait for each other at one worker', async () => {
  const server = await serveOneByOne();
  const times = await timesUnder({ kind: 'closed', concurrency: 4 }, server.url, 40);
  expect(server.most()).toBe(4);
  expect(quantileMs(times, 0.5)).toBeGreaterThan(3 * workMs);
});

test('a request that waits for longer than its timeout is given up, and the test ends', async () => {
  const server = await serveOneByOne();
  const start = performance.now();
  const times = await timesUnder({ kind: 'open', rate: 500, speedup: 1, concurrency: 1 }, server.url, 60, 200);
  expect(performance.now() - start).toBeLessThan(5000);
  const late = times.filter(({ error }) => error === 'timeout');
  expect(late.length).toBeGreaterThan(40);
  expect(new Set(late.map(({ nanoseconds }) => nanoseconds))).toEqual(new Set([200e6]));
  // Many were never sent: whoever asked had gone away.
  expect(server.received.filter(({ method }) => method === 'POST').length).toBeLessThan(50);
});

test('a model in a process of its own is a queue too', async () => {
  const busy = `export function encode(input) { for (const end = performance.now() + ${workMs}; performance.now() < end;); return input; }`;
  const spec = colourSpec(busy);
  const version = { spec, sha256: await artifactSha256(spec.folder) };
  const inputs = Array.from({ length: 40 }, () => '[1,0,0]');
  const settings = { hostScript, timeoutMs: 5000, warmUp: 2, seed: 7 };
  const load: Load = { kind: 'open', rate: 100, speedup: 1, concurrency: null };
  const arrivalsMs = inputs.map((_, index) => index * 10);
  const versions = { baseline: null, candidate: version };
  const { candidate } = await measureLatency(
    versions,
    [{ inputs, arrivalsMs }],
    { ...settings, load },
    never,
    () => undefined,
  );
  // Every request adds 10 ms to the queue.
  expect((candidate.at(-1)?.nanoseconds ?? 0) / 1e6).toBeGreaterThan(39 * 10);
  expect(candidate.every(({ error }) => error === null)).toBe(true);
});

test('under load the versions of a pair take turns, with the same requests, and so do the pairs', async () => {
  const turns: string[] = [];
  const server = await serve(({ method, path }) => {
    if (method === 'POST') turns.push(path);
    return { json: { label: 'yes' } };
  });
  const parts = Array.from({ length: 4 }, () => ({
    inputs: Array.from({ length: 100 }, (_, index) => String(index)),
    arrivalsMs: [],
  }));
  const settings = {
    hostScript,
    timeoutMs: 5000,
    warmUp: 0,
    seed: 7,
    load: { kind: 'closed', concurrency: 4 },
  } as const;
  const version = (name: string) => ({ spec: specOf(`${server.url}/${name}`), sha256: '0'.repeat(64) });
  const versions = { baseline: version('old'), candidate: version('new') };
  const progress: number[] = [];
  const times = await measureLatency(versions, parts, settings, never, (done) => progress.push(done));
  expect([times.baseline?.length, times.candidate.length]).toEqual([400, 400]);
  expect(progress.at(-1)).toBe(400);
  // Eight runs of a hundred, two and two of the two versions.
  expect(turns).toHaveLength(800);
  const runs = Array.from({ length: 8 }, (_, run) => [...new Set(turns.slice(100 * run, 100 * run + 100))]);
  expect(runs.every((paths) => paths.length === 1)).toBe(true);
  for (let pair = 0; pair < 4; pair += 1) expect(new Set(runs.slice(2 * pair, 2 * pair + 2).flat()).size).toBe(2);
});

test('a sender that falls behind does not forgive the delay', async () => {
  const model = {
    time: async (_input: string, sentAt: bigint) => {
      for (const end = performance.now() + 20; performance.now() < end;);
      return { nanoseconds: Number(process.hrtime.bigint() - sentAt), error: null, retries: 0, restarted: false };
    },
  };
  const times = await sendAtTimes(model, ['1', '2', '3', '4'], [0, 1, 2, 3], never, () => undefined);
  expect(times.map(({ nanoseconds }) => Math.floor((nanoseconds ?? 0) / 1e6) >= 18)).toEqual([true, true, true, true]);
  expect((times[3]?.nanoseconds ?? 0) / 1e6).toBeGreaterThan(70);
});

test('random arrivals keep the rate, have exponential gaps, and follow from the seed', () => {
  const arrivals = randomArrivalsMs(20_000, 50, 3);
  const gaps = arrivals.map((at, index) => at - (arrivals[index - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  expect(mean).toBeCloseTo(20, 0);
  expect(deviation / mean).toBeCloseTo(1, 1);
  expect(gaps.every((gap) => gap >= 0)).toBe(true);
  expect(randomArrivalsMs(3, 50, 3)).toEqual(arrivals.slice(0, 3));
  expect(randomArrivalsMs(3, 50, 4)).not.toEqual(arrivals.slice(0, 3));
});

test("the log's own times start at the first and can be sped up", () => {
  expect(recordedArrivalsMs([5000, 5000, 6500, 9000], 2)).toEqual([0, 0, 750, 2000]);
});
