import { describe, expect, test } from 'vitest';
import { parsed, problems, shortPlan } from '../plan-text.ts';

const log =
  '{ source: s3://logs/*.jsonl, storage: { region: eu-west-1 }, segments: { locale: context.locale }, settle: 10m }';
const server = (more = '') =>
  `{ format: prometheus, url: "http://prometheus:9090", versionLabel: v, series: { error_rate: { bad: b, total: t } }${more} }`;

function planOf(requests: string, ofStage: string): string {
  return shortPlan
    .replace('{ source: requests.jsonl }', requests)
    .replace(
      '{ name: full, weight: 1 }',
      `{ name: tenth, weight: 10% }, { name: full, weight: 1, requests: ${ofStage} }`,
    )
    .replace('metric: accuracy, maxDecrease: 1pp', 'metric: error_rate, max: 1%');
}

describe("a stage's own requests", () => {
  test('ask a metrics server where the plan has a log, and keep of it what counts for both', () => {
    const { plan } = parsed(planOf(log, server()));
    expect(plan.requests).toMatchObject({ format: 'canary', source: ['s3://logs/*.jsonl'] });
    const [, full] = plan.stages;
    expect(full?.requests).toMatchObject({ format: 'prometheus', source: [], segments: {}, settleMs: 600_000 });
    expect(full?.requests?.storage).toBeUndefined();
  });

  test('are a log where the plan asks a metrics server', () => {
    const { plan } = parsed(
      planOf(server(', settle: 10m'), '{ format: canary, source: log.jsonl, fields: { servedBy: v } }'),
    );
    const [, full] = plan.stages;
    expect(full?.requests).toMatchObject({ format: 'canary', source: ['log.jsonl'], settleMs: 600_000 });
    expect(full?.requests?.prometheus).toBeUndefined();
  });

  test('are told what the other kind has no place for where the stage writes it', () => {
    expect(problems(planOf(log, server(', segments: { locale: l }')))).toEqual([
      expect.stringContaining('segments is about records, but format: prometheus has none'),
    ]);
    expect(problems(planOf(server(), '{ format: canary, source: log.jsonl, versionLabel: v }'))).toEqual([
      expect.stringContaining('versionLabel is only for format: prometheus'),
    ]);
  });
});
