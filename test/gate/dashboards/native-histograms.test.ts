import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { evaluate } from '../../../src/gate/evaluate/evaluate.ts';
import { reviewPlan } from '../../../src/gate/review/review-plan.ts';
import { isInstalled } from '../../routing/real-server.ts';
import { type MetricsServer, startScraping } from './metrics-server.ts';
import { exportNative, type NativeSeries } from './native-exposition.ts';
import { begin, end, interval, resultOf, scrapedRollout } from './scraped.ts';

interface Shape {
  /** How many values a scrape adds, by the exponent of the bucket's upper edge. */
  readonly rises: Readonly<Record<number, number>>;
  readonly schema?: number;
  /** From a time on buckets twice or four times as wide, as a client has that holds too many. */
  readonly coarser?: { readonly from: number; readonly schema: number };
  /** A time at which it begins anew. */
  readonly reset?: number;
  /** What each value is about. */
  readonly mean?: number;
}

function native(name: string, version: string, shape: Shape): readonly NativeSeries[] {
  const { rises, schema = 3, coarser, reset, mean = 0.1 } = shape;
  const times: number[] = [];
  for (let at = begin - 600; at <= end; at += interval) times.push(at);
  let steps = 0;
  const samples = times.map((at) => {
    if (at === reset) steps = 0;
    steps += 1;
    const shift = coarser !== undefined && at >= coarser.from ? schema - coarser.schema : 0;
    const counts: Record<number, number> = {};
    for (const [index, rise] of Object.entries(rises)) {
      const merged = Math.ceil(Number(index) / 2 ** shift);
      counts[merged] = (counts[merged] ?? 0) + rise * steps;
    }
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { at, sum: all * mean, counts, schema: schema - shift };
  });
  const schemas = [...new Set(samples.map((sample) => sample.schema))];
  const labels = { case: name, model_version: version };
  return schemas.map((each) => ({
    name: 'http_request_duration_seconds',
    labels,
    schema: each,
    samples: samples.filter((sample) => sample.schema === each),
  }));
}

/** Of schema 3 the edges are 2^(k/8): 0.25 s at -16, 0.2726 s at -15, 0.125 s at -24. */
const fast = { '-30': 90, '-20': 8, '-16': 2 };

const exported = [
  ...native('edge', '1.0.0', { rises: fast }),
  ...native('edge', '1.1.0', { rises: { '-30': 900, '-20': 80, '-16': 20 } }),
  ...native('slow', '1.0.0', { rises: fast }),
  ...native('slow', '1.1.0', { rises: { '-30': 900, '-14': 100 }, mean: 0.2 }),
  ...native('between', '1.0.0', { rises: fast }),
  ...native('between', '1.1.0', { rises: { '-30': 900, '-15': 100 } }),
  ...native('reset', '1.0.0', { rises: fast }),
  ...native('reset', '1.1.0', { rises: { '-30': 900, '-16': 100 }, reset: begin + 1800 }),
  ...native('coarser', '1.0.0', { rises: fast }),
  ...native('coarser', '1.1.0', {
    rises: { '-30': 900, '-20': 80, '-16': 20 },
    coarser: { from: begin + 1200, schema: 1 },
  }),
  ...native('gone', '1.0.0', { rises: fast }),
];

describe.skipIf(!isInstalled('prometheus'))('native histograms of a real Prometheus', () => {
  let server: MetricsServer;
  let stop: (() => void) | undefined;
  beforeAll(async () => {
    const exporter = await exportNative(exported);
    stop = exporter.stop;
    server = await startScraping(exporter.port, ['--enable-feature=native-histograms']);
  }, 60_000);
  afterAll(() => {
    server?.stop();
    stop?.();
  });

  async function look(name: string, guardrails: readonly string[]): Promise<Evidence> {
    const rollout = scrapedRollout(server.url, name, guardrails);
    const world = { ...rollout.world, permissions: rollout.world.permissions, now: () => new Date(end * 1000) };
    const { evidence } = await evaluate(world, 'plan.yaml', {});
    const again = await evaluate(world, 'plan.yaml', { offline: true });
    expect(again.evidence.guardrails).toEqual(evidence.guardrails);
    return evidence;
  }

  test('pass or breach a limit that is an edge, and have the mean that their sum says', async () => {
    const limits = ['{ metric: latency.p95, max: 250ms }', '{ metric: latency.mean, max: 150ms, test: point }'];
    const edge = await look('edge', limits);
    expect([resultOf(edge), resultOf(edge, 1)]).toEqual([
      expect.stringMatching(/^pass: latency.p95 lies between 162\.1 ms and 176\.8 ms/u),
      expect.stringMatching(/^pass: .*100(?:\.0+)? ms/u),
    ]);
    const slow = await look('slow', limits);
    expect([resultOf(slow), resultOf(slow, 1)]).toEqual([
      expect.stringMatching(/^breach: /u),
      expect.stringMatching(/^breach: .*200(?:\.0+)? ms/u),
    ]);
  });

  test('do not tell where within a bucket a percentile lies, and no bucket can be added', async () => {
    const result = resultOf(await look('between', ['{ metric: latency.p95, max: 260ms }']));
    expect(result).toMatch(
      /^inconclusive: .*lies between 250\.0 ms and 272\.6 ms.*the histogram cannot say: its buckets are no finer/u,
    );
  });

  test('are counted whole over a time at which one begins anew', async () => {
    const { comparisons } = await look('reset', ['{ metric: latency.p95, max: 240ms }']);
    const [first] = comparisons;
    // What the hour's scrapes added, but for the one from which the new count began.
    expect(first).toMatchObject({ requests: 239 * 1000 + 1000 + 240 * 100 });
  });

  test('are told by the edges that all have, where a client made its buckets wider meanwhile', async () => {
    const limits = ['{ metric: latency.p95, max: 250ms }', '{ metric: latency.p99, max: 200ms }'];
    const coarser = await look('coarser', limits);
    expect(resultOf(coarser)).toMatch(/^pass: /u);
    expect(resultOf(coarser, 1)).toMatch(/^inconclusive: .*between 176\.8 ms and 250\.0 ms/u);
  });

  test('of a version that has none are missing', async () => {
    expect(resultOf(await look('gone', ['{ metric: latency.p95, max: 250ms }']))).toMatch(
      /^uncomputable: .*no series of the candidate in http_request_duration_seconds_bucket/u,
    );
  });

  test('are no reason for plan to miss classic ones', async () => {
    const rollout = scrapedRollout(server.url, 'edge', ['{ metric: latency.p95, max: 260ms }']);
    const world = { ...rollout.world, permissions: rollout.world.permissions, now: () => new Date(end * 1000) };
    const { review } = await reviewPlan(world, 'plan.yaml');
    expect(JSON.stringify(review)).not.toContain('_bucket{');
  });
});
