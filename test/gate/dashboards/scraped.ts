import type { Evidence } from '../../../src/domain/evidence.ts';
import { classifying, type PlanKeys, TestRollout } from '../../fixtures/test-rollout.ts';
import type { HistoricSeries } from './metrics-server.ts';

/** The hour that is counted, and how often it was scraped, in seconds. */
export const end = Date.UTC(2026, 10, 29, 10) / 1000;
export const begin = end - 3600;
export const interval = 15;

/** What a counter of a version looked like. */
interface Counter {
  /** How much it rises between two samples. */
  readonly rise: number;
  readonly from?: number;
  readonly to?: number;
  readonly first?: number;
  /** Times at which it begins anew at 0. */
  readonly resets?: readonly number[];
  /** Times between which nothing was scraped. */
  readonly gap?: readonly [number, number];
}

/** The samples of a counter, some of them before the hour. */
export function scraped({ rise, from = begin - 600, to = end, first = 0, resets = [], gap }: Counter) {
  const samples: [number, number][] = [];
  let value = first;
  for (let at = from; at <= to; at += interval) {
    if (resets.includes(at)) value = 0;
    if (gap === undefined || at <= gap[0] || at >= gap[1]) samples.push([at, value]);
    value += rise;
  }
  return samples;
}

type Version = '1.0.0' | '1.1.0' | (string & {});

/** Requests of one case, told apart from those of the others by a label. */
export function requests(
  name: string,
  version: Version,
  code: string,
  counter: Counter,
  instance = 'a',
): HistoricSeries {
  const labels = { case: name, model_version: version, code, instance };
  return { name: 'http_requests_total', labels, samples: scraped(counter) };
}

/** The buckets of durations: how many requests per scrape are at most so long. */
export function durations(
  name: string,
  version: Version,
  rises: Readonly<Record<string, number>>,
  sumRise: number,
): readonly HistoricSeries[] {
  const labels = { case: name, model_version: version };
  const buckets = Object.entries(rises).map(([le, rise]) => ({
    name: 'http_request_duration_seconds_bucket',
    labels: { ...labels, le },
    samples: scraped({ rise }),
  }));
  return [...buckets, { name: 'http_request_duration_seconds_sum', labels, samples: scraped({ rise: sumRise }) }];
}

/** A rollout whose candidate has a tenth of the users, judged on a metrics server's last hour. */
export function scrapedRollout(
  url: string,
  name: string,
  guardrails: readonly string[],
  plan: PlanKeys & { more?: string; settle?: string } = {},
): TestRollout {
  const { more = '', settle = '0m', ...keys } = plan;
  return new TestRollout({
    traffic: { '1.0.0': 0.9, '1.1.0': 0.1 },
    version: classifying(['a', 'b']),
    plan: {
      name: 'scraped',
      requests: `{ format: prometheus, url: "${url}", versionLabel: model_version, window: 60m, settle: ${settle}, independent: true, ${more}
  series: {
    error_rate: { bad: 'http_requests_total{case="${name}",code=~"5.."}', total: 'http_requests_total{case="${name}"}' },
    latency: { histogram: 'http_request_duration_seconds{case="${name}"}', unit: s } } }`,
      stages: '[{ name: canary-25, weight: 25% }, { name: full, weight: 1 }]',
      guardrails,
      ...keys,
    },
  });
}

/** What became of a guardrail: its status and the sentence. */
export function resultOf({ guardrails }: Evidence, index = 0): string {
  const result = guardrails[index];
  return `${result?.status}: ${result?.reason}`;
}

/** What both versions come to in the first comparison. */
export function sidesOf({ comparisons }: Evidence) {
  const [first] = comparisons;
  if (first === undefined || 'uncomputable' in first) return first;
  return { baseline: first.baseline, candidate: first.candidate, requests: first.requests };
}
