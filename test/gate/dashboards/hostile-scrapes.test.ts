import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { evaluate } from '../../../src/gate/evaluate/evaluate.ts';
import { isInstalled } from '../../routing/real-server.ts';
import { checkOf } from '../planted-log.ts';
import { type HistoricSeries, type MetricsServer, startPrometheus, startVictoriaMetrics } from './metrics-server.ts';
import { begin, durations, end, requests, resultOf, scraped, scrapedRollout } from './scraped.ts';

/** Both versions without an error. */
const both = (name: string): readonly HistoricSeries[] => [
  requests(name, '1.0.0', '200', { rise: 90 }),
  requests(name, '1.1.0', '200', { rise: 10 }),
];

/** The same series, as another Prometheus scraped it a moment later. */
function again({ name, labels, samples }: HistoricSeries, replica: string): HistoricSeries {
  return { name, labels: { ...labels, prometheus_replica: replica }, samples };
}

/** The hour has just passed. */
const now = () => new Date(end * 1000);

const midnight = begin + 1800;
const outage: readonly [number, number] = [begin + 900, begin + 1500];

const history: readonly HistoricSeries[] = [
  ...both('twice').flatMap((series) => [again(series, 'a'), again(series, 'b')]),
  ...both('once').map((series) => again(series, 'a')),
  // Every counter of every replica begins anew at the same moment.
  ...['1.0.0', '1.1.0'].flatMap((version) =>
    ['a', 'b'].map((instance) => requests('midnight', version, '200', { rise: 50, resets: [midnight] }, instance)),
  ),
  requests('midnight', '1.1.0', '500', { rise: 20, resets: [midnight] }),
  // Nothing of either version was scraped for ten minutes, in which the candidate failed.
  requests('outage', '1.0.0', '200', { rise: 90, gap: outage }),
  requests('outage', '1.1.0', '200', { rise: 10, gap: outage }),
  // A candidate that crashes and begins anew before each scrape.
  requests('loop', '1.0.0', '200', { rise: 90 }),
  {
    name: 'http_requests_total',
    labels: { case: 'loop', model_version: '1.1.0', code: '200', instance: 'a' },
    samples: scraped({ rise: 0, first: 9 }).map(([at], index) => [at, 9 - (index % 2)]),
  },
  // Retries are counted as bad, and not among all.
  requests('retries', '1.0.0', '200', { rise: 90 }),
  requests('retries', '1.1.0', '200', { rise: 0, first: 5 }),
  requests('retries', '1.1.0', '503', { rise: 10 }),
  // Buckets that hold everything.
  ...durations('endless', '1.0.0', { '+Inf': 90 }, 4),
  ...durations('endless', '1.1.0', { '+Inf': 10 }, 1),
  ...durations('above', '1.0.0', { '0.1': 90, '+Inf': 90 }, 4),
  ...durations('above', '1.1.0', { '0.1': 0, '+Inf': 10 }, 1),
  ...durations('below', '1.0.0', { '0.1': 90, '+Inf': 90 }, 4),
  ...durations('below', '1.1.0', { '0.1': 10, '+Inf': 10 }, 0.5),
];

const servers = [
  ['Prometheus', 'prometheus', startPrometheus],
  ['VictoriaMetrics', 'victoria-metrics', startVictoriaMetrics],
] as const;

describe.each(servers)('counters that are not what they look like, from %s', (_name, program, start) => {
  const skipped = !isInstalled(program) || !isInstalled('promtool');
  let server: MetricsServer;
  beforeAll(async () => {
    if (!skipped) server = await start(history);
  }, 60_000);
  afterAll(() => server?.stop());

  async function judged(name: string, guardrail = '{ metric: error_rate, max: 1% }'): Promise<Evidence> {
    const { world } = scrapedRollout(server.url, name, [guardrail], { checks: '{ sampleRatio: warn }' });
    return (await evaluate({ ...world, permissions: world.permissions, now }, 'plan.yaml', {})).evidence;
  }

  test.skipIf(skipped)('two servers that scraped the same hold, since each request would count twice', async () => {
    const evidence = await judged('twice');
    expect(checkOf(evidence, 'answers')).toMatchObject({
      status: 'hold',
      detail: expect.stringContaining('series differ by prometheus_replica alone'),
    });
    expect(evidence.verdict.decision).toBe('hold');
    const once = await judged('once');
    expect([checkOf(once, 'answers').status, once.verdict.decision]).toEqual(['pass', 'increase']);
  });

  test.skipIf(skipped)('counters that all begin anew at midnight hide no error', async () => {
    const evidence = await judged('midnight');
    expect(evidence.verdict.decision).toBe('rollback');
    expect(resultOf(evidence)).toMatch(/^breach: error_rate is 16\.\d/u);
  });

  test.skipIf(skipped).each([
    ['outage', 'uncomputable', 'no sample from'],
    ['loop', 'uncomputable', 'a series began anew 120 times'],
    ['retries', 'breach', 'error_rate is 100.00%'],
  ])('%s: %s', async (name, status, why) => {
    const found = resultOf(await judged(name));
    expect(found).toMatch(new RegExp(`^${status}`, 'u'));
    expect(found).toContain(why);
  });

  test.skipIf(skipped).each([
    ['endless', 'hold', /^uncomputable: .*no edge but le="\+Inf"/u],
    ['above', 'hold', /^inconclusive: .*histogram cannot say/u],
    ['below', 'increase', /^pass/u],
  ])('a bucket that holds everything: %s, %s', async (name, decision, found) => {
    const evidence = await judged(name, '{ metric: latency.p95, max: 120ms }');
    expect(resultOf(evidence)).toMatch(found);
    expect(evidence.verdict.decision).toBe(decision);
  });
});
