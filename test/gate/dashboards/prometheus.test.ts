import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/gate/evaluate/evaluate.ts';
import type { World } from '../../../src/gate/world.ts';
import type { TestRollout } from '../../fixtures/test-rollout.ts';
import { type HistoricSeries, type MetricsServer, startPrometheus, startVictoriaMetrics } from './metrics-server.ts';
import { isInstalled } from '../../routing/real-server.ts';
import { begin, durations, end, requests, resultOf, scrapedRollout, sidesOf } from './scraped.ts';

/** 240 intervals of 15 s: the baseline has 90 requests in each, the candidate 10. */
const hour = 240;

const plain = (name: string) => [
  requests(name, '1.0.0', '200', { rise: 90 }),
  requests(name, '1.1.0', '200', { rise: 10 }),
];

const history: readonly HistoricSeries[] = [
  ...plain('none'),
  ...plain('late'),
  requests('late', '1.1.0', '500', { rise: 0, first: 3, from: begin + 3000 }),
  requests('late', '1.0.0', '500', { rise: 1, first: 500 }),
  requests('reset', '1.0.0', '200', { rise: 90, first: 7000, resets: [begin + 900, begin + 1800] }),
  requests('reset', '1.1.0', '200', { rise: 10, resets: [begin + 900] }),
  requests('replicas', '1.0.0', '200', { rise: 90 }),
  requests('replicas', '1.1.0', '200', { rise: 4 }, 'a'),
  requests('replicas', '1.1.0', '200', { rise: 6, first: 900, to: begin + 1800 }, 'b'),
  requests('replicas', '1.1.0', '200', { rise: 6, from: begin + 1815 }, 'c'),
  requests('gap', '1.0.0', '200', { rise: 90 }),
  requests('gap', '1.1.0', '200', { rise: 10, gap: [begin + 900, begin + 1500] }),
  requests('stale', '1.0.0', '200', { rise: 90 }),
  requests('stale', '1.1.0', '200', { rise: 10, to: end - 600 }),
  requests('young', '1.0.0', '200', { rise: 90 }),
  requests('young', '1.1.0', '200', { rise: 10, from: begin + 1800 }),
  requests('absent', '1.0.0', '200', { rise: 90 }),
  ...plain('strangers'),
  requests('strangers', '0.9.0', '200', { rise: 1 }),
  requests('strangers', 'unknown', '200', { rise: 1 }),
  {
    name: 'http_requests_total',
    labels: { case: 'strangers' },
    samples: [
      [end - 15, 1],
      [end, 2],
    ],
  },
  ...plain('nan'),
  {
    name: 'http_requests_total',
    labels: { case: 'nan', model_version: '1.1.0', code: '500' },
    samples: [
      [end - 30, 1],
      [end - 15, Number.NaN],
      [end, 2],
    ],
  },
  ...durations('edge', '1.0.0', { '0.05': 80, '0.12': 88, '0.25': 90, '+Inf': 90 }, 4),
  ...durations('edge', '1.1.0', { '0.05': 800, '0.12': 985, '0.25': 1000, '+Inf': 1000 }, 55),
  ...durations('slow', '1.0.0', { '0.05': 80, '0.12': 88, '0.25': 90, '+Inf': 90 }, 4),
  ...durations('slow', '1.1.0', { '0.05': 800, '0.12': 900, '0.25': 1000, '+Inf': 1000 }, 55),
  ...durations('coarse', '1.0.0', { '0.1': 80, '0.25': 90, '+Inf': 90 }, 4),
  ...durations('coarse', '1.1.0', { '0.1': 900, '0.25': 1000, '+Inf': 1000 }, 55),
];

const servers = [
  ['Prometheus', 'prometheus', startPrometheus],
  ['VictoriaMetrics', 'victoria-metrics', startVictoriaMetrics],
] as const;

/** The world in which the hour has just passed. */
function at({ world }: TestRollout): World {
  return { ...world, permissions: world.permissions, now: () => new Date(end * 1000) };
}

describe.each(servers)('%s', (_name, program, start) => {
  const skipped = !isInstalled(program) || !isInstalled('promtool');
  let server: MetricsServer;
  beforeAll(async () => {
    if (!skipped) server = await start(history);
  }, 60_000);
  afterAll(() => server?.stop());

  const judged = async (name: string, guardrail: string, more = '') => {
    const rollout = scrapedRollout(server.url, name, [guardrail], { more });
    return (await evaluate(at(rollout), 'plan.yaml', {})).evidence;
  };
  const errors = '{ metric: error_rate, max: 1%, maxIncrease: 1pp }';

  test.skipIf(skipped)('counts every sample, and extrapolates none', async () => {
    expect(sidesOf(await judged('none', errors))).toEqual({ baseline: 0, candidate: 0, requests: hour * 100 });
  });

  test.skipIf(skipped)('0 errors of n where there is no counter of errors', async () => {
    expect(resultOf(await judged('none', errors))).toMatch(/^pass: error_rate is 0.00%/u);
  });

  test.skipIf(skipped)('counts the first errors of a counter that appears late', async () => {
    expect(sidesOf(await judged('late', errors))).toMatchObject({
      candidate: expect.closeTo(3 / (hour * 10 + 3), 12),
      baseline: expect.closeTo(1 / 91, 12),
    });
  });

  test.skipIf(skipped)('counts what a counter had before it began anew', async () => {
    // A reset loses what came between the last sample before it and the first after it.
    expect(sidesOf(await judged('reset', errors))).toMatchObject({ requests: 238 * 90 + 239 * 10 });
  });

  test.skipIf(skipped)('adds up replicas that come and go', async () => {
    expect(sidesOf(await judged('replicas', errors))).toMatchObject({ requests: hour * 100 - 6 });
  });

  test.skipIf(skipped).each([
    ['gap', 'a series has no sample from 2026-11-29T09:15:00Z to 2026-11-29T09:25:00Z, and samples come every 15 s'],
    ['stale', 'no series has a sample from 2026-11-29T09:50:00Z to 2026-11-29T10:00:00Z'],
    ['young', 'no series has a sample from 2026-11-29T09:00:00Z to 2026-11-29T09:30:00Z'],
    ['absent', 'no series of the candidate in http_requests_total{case="absent"}'],
  ])('cannot compute a rate from counters with a %s', async (name, why) => {
    const evidence = await judged(name, errors);
    expect(resultOf(evidence)).toContain(`uncomputable`);
    expect(resultOf(evidence)).toContain(why);
    expect(evidence.verdict.decision).toBe('hold');
  });

  // VictoriaMetrics keeps no NaN.
  test.skipIf(skipped || program !== 'prometheus')('cannot compute a rate from a counter that is NaN', async () => {
    expect(resultOf(await judged('nan', errors))).toMatch(/candidate in .* has the value NaN.*: uncomputable$/u);
  });

  test.skipIf(skipped)('cannot compute a rate from a window of fewer than four scrapes', async () => {
    const rollout = scrapedRollout(server.url, 'none', [errors]);
    rollout.plan({
      requests: `{ format: prometheus, url: "${server.url}", versionLabel: model_version, from: ${new Date((end - 50) * 1000).toISOString()}, window: 60m, settle: 0m, series: { error_rate: { bad: 'http_requests_total{code=~"5.."}', total: 'http_requests_total{case="none"}' } } }`,
    });
    const { evidence } = await evaluate(at(rollout), 'plan.yaml', {});
    expect(resultOf(evidence)).toContain('the window is 50 s long, but samples come every 15 s: it needs 4 of them');
  });

  test.skipIf(skipped).each([
    ['{ parity: hold }', 'pass', '2026-11-29T10:00:00.000Z'],
    ['{ window: { minDuration: 1h } }', 'pass', '2026-11-29T10:00:00.000Z'],
    ['{ window: { minDuration: 2h } }', 'hold', 'but the plan requires 120 minutes'],
    ['{ window: { minDuration: 2h, action: warn } }', 'warn', 'but the plan requires 120 minutes'],
    ['{ window: hold }', 'hold', 'but the plan requires 1,440 minutes'],
  ])('asks of a window of an hour what the plan writes: checks: %s', async (checks, status, said) => {
    const rollout = scrapedRollout(server.url, 'none', [errors], { checks });
    const { evidence } = await evaluate(at(rollout), 'plan.yaml', {});
    expect(evidence.checks.find(({ name }) => name === 'window')).toMatchObject({
      status,
      detail: expect.stringContaining(said),
    });
  });

  test.skipIf(skipped)('names the versions that are neither, once', async () => {
    const { checks } = await judged('strangers', errors);
    const detail = checks.find(({ name }) => name === 'answers')?.detail;
    expect(detail).toBe(
      'the metrics server answered in full; model_version has values that are neither of the two versions: 0.9.0, unknown; some series have no label model_version',
    );
  });

  test.skipIf(skipped).each([
    [
      'edge',
      'pass: latency.p95 lies between 50.00 ms and 120.0 ms and at worst 120.0 ms at 95% confidence; allowed: max 120 ms: pass',
    ],
    [
      'slow',
      'breach: latency.p95 lies between 120.0 ms and 250.0 ms and at best 120.0 ms; allowed: max 120 ms: breach',
    ],
    [
      'coarse',
      'inconclusive: latency.p95 lies between 100.0 ms and 250.0 ms, somewhere between 100.0 ms and 250.0 ms; allowed: max 120 ms: inconclusive; the histogram cannot say: add a bucket at 0.12',
    ],
  ])('tells a percentile by the edges of a histogram alone: %s', async (name, said) => {
    expect(resultOf(await judged(name, '{ metric: latency.p95, max: 120ms }'))).toBe(said);
  });
});
