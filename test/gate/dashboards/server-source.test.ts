import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluate, type EvaluateOptions } from '../../../src/gate/evaluate/evaluate.ts';
import { reviewPlan } from '../../../src/gate/review/review-plan.ts';
import { serializeEvidence } from '../../../src/report/document/serialize-evidence.ts';
import { murmur3Bucket } from '../../../src/assignment/schemes/murmur3.ts';
import { classifying, type PlanKeys, TestRollout } from '../../fixtures/test-rollout.ts';
import { isInstalled } from '../../routing/real-server.ts';
import { type MetricsServer, startPrometheus } from './metrics-server.ts';
import { begin, durations, end, requests } from './scraped.ts';

/** Labelled requests from the begin of the counted hour on, of users of whom a tenth has the candidate. */
const log = Array.from({ length: 4000 }, (_, request) => ({
  request_id: `r${request}`,
  timestamp: new Date((begin + (request * 3600) / 4000) * 1000).toISOString(),
  user_id: `u${Math.floor(request / 2)}`,
  served_by: murmur3Bucket('router', `u${Math.floor(request / 2)}`) < 0.1 ? '1.1.0' : '1.0.0',
  prediction: murmur3Bucket('answer', `r${request}`) < 0.9 ? 'a' : 'b',
  label: 'a',
}));

/** The same answers of both versions, as a replay recorded them. */
const replayed = log.map(({ served_by: _router, prediction, ...record }) => ({
  ...record,
  outcomes: { '1.0.0': { prediction, latency_ms: 40 }, '1.1.0': { prediction, latency_ms: 40 } },
}));

/** Looks at the next stage, or at another one, at a time in seconds. */
async function look(made: TestRollout, options: EvaluateOptions = {}, now = end) {
  const world = { ...made.world, permissions: made.world.permissions, now: () => new Date(now * 1000) };
  return (await evaluate(world, 'plan.yaml', options)).evidence;
}

describe.skipIf(!isInstalled('prometheus') || !isInstalled('promtool'))('Prometheus beside a log', () => {
  let server: MetricsServer;
  beforeAll(async () => {
    server = await startPrometheus([
      ...['good', 'bad'].flatMap((name) => [
        requests(name, '1.0.0', '200', { rise: 90 }),
        requests(name, '1.1.0', '200', { rise: name === 'good' ? 10 : 7 }),
        ...durations(name, '1.0.0', { '0.12': 880, '+Inf': 900 }, 40),
        ...durations(name, '1.1.0', { '0.12': 99, '+Inf': 100 }, 5),
      ]),
      requests('bad', '1.1.0', '500', { rise: 3 }),
    ]);
  }, 60_000);
  afterAll(() => server?.stop());

  const weights = `[{ from: "${new Date(begin * 1000).toISOString()}", weight: 10% }]`;

  function rollout(name: string, more = '', plan: PlanKeys = {}): TestRollout {
    return new TestRollout({
      version: classifying(['a', 'b']),
      traffic: { '1.0.0': 0.9, '1.1.0': 0.1 },
      files: { 'live.jsonl': log, 'replayed.jsonl': replayed },
      plan: {
        requests: `{ source: live.jsonl, fields: { servedBy: served_by }, settle: 0m, weights: ${weights} }`,
        sources: `{ prom: { format: prometheus, url: "${server.url}", versionLabel: model_version, independent: true, ${more}
  series: { error_rate: { bad: 'http_requests_total{case="${name}",code=~"5.."}', total: 'http_requests_total{case="${name}"}' },
    latency: { histogram: 'http_request_duration_seconds{case="${name}"}', unit: s } } } }`,
        stages: '[{ name: canary-25, weight: 25% }, { name: full, weight: 1 }]',
        checks: '{ window: { minDuration: 30m } }',
        guardrails: [
          '{ metric: accuracy, maxDecrease: 9pp }',
          '{ metric: error_rate, max: 2%, maxIncrease: 2pp, source: prom }',
          '{ metric: latency.p95, max: 120ms, source: prom }',
        ],
        ...plan,
      },
    });
  }

  test.each([
    ['good', 'increase'],
    ['bad', 'rollback'],
  ])('%s: accuracy of the log, errors and times of the server, one verdict: %s', async (name, decision) => {
    const { verdict, guardrails, checks } = await look(rollout(name));
    expect([verdict.decision, verdict.reasons]).toEqual([decision, expect.any(Array)]);
    expect(guardrails.map(({ metric }) => metric)).toEqual([
      'accuracy',
      'error_rate from prom',
      'error_rate from prom',
      'latency.p95 from prom',
    ]);
    expect(checks.find((check) => check.name === 'prom: period')).toMatchObject({ status: 'pass' });
  });

  test('need not be there to judge again, to the byte', async () => {
    const made = rollout('good');
    const asked = serializeEvidence(await look(made));
    const away = { ...made.world.permissions, environment: {}, hosts: [] };
    const world = { ...made.world, permissions: away, now: () => new Date(end * 1000) };
    const again = await evaluate(world, 'plan.yaml', { offline: true });
    expect(serializeEvidence(again.evidence)).toBe(asked);
  });

  test('looks of which the counts begin at one time are one series, whatever the log does', async () => {
    const made = rollout('good');
    await look(made, {}, end - 900);
    const second = await look(made);
    expect([second.stage.look, second.stage.series, second.statistics.sources?.['prom']?.series]).toEqual([2, 1, 1]);
    made.write('live.jsonl', log.slice(0, 3900));
    const third = await look(made, { offline: true });
    expect([third.stage.series, third.statistics.sources?.['prom']?.series]).toEqual([2, 1]);
    expect(third.inputs.sources?.['prom']?.window).toEqual(second.inputs.sources?.['prom']?.window);
  });

  test('a window that is not that of the log is said', async () => {
    const { checks } = await look(rollout('good', 'window: 30m,'));
    expect(checks.find(({ name }) => name === 'prom: period')).toEqual({
      name: 'prom: period',
      status: 'warn',
      detail:
        'the counts of prom begin at 2026-11-29T09:30:00.000Z, and the requests of the log at 2026-11-29T09:00:00.000Z: they are about different requests',
    });
    expect(checks.find(({ name }) => name === 'prom: window')).toMatchObject({ status: 'pass' });
    const asking = rollout('good', 'window: 30m,', { checks: '{ window: { minDuration: 45m } }' });
    expect((await look(asking)).checks.find(({ name }) => name === 'prom: window')).toMatchObject({ status: 'hold' });
  });

  test('a stage before which nobody has the candidate is not asked of it, and one before which somebody has is', async () => {
    const made = rollout('good', '', {
      requests: '{ source: replayed.jsonl }',
      stages: '[{ name: shadow, weight: 0 }, { name: canary-5, weight: 5% }, { name: full, weight: 1 }]',
      guardrails: ['{ metric: error_rate, max: 2% }', '{ metric: error_rate, max: 2%, source: prom }'],
    }).register({ traffic: { '1.0.0': 1 }, version: classifying(['a', 'b']) });
    for (const stage of ['shadow', 'canary-5']) {
      const { guardrails, inputs, verdict } = await look(made, { stage });
      expect([inputs.sources, verdict.decision]).toEqual([undefined, 'increase']);
      expect(guardrails[1]).toMatchObject({
        status: 'not-applicable',
        reason:
          'error_rate from prom does not apply: prom counts what was served, and before this stage nobody has the candidate',
      });
    }
    const full = await look(made, { stage: 'full' });
    expect(full.verdict.decision).toBe('hold');
    expect(full.guardrails[1]?.reason).toContain('prom has no numbers yet: it has no traffic');
  });

  test('is tried by canary plan, which says what it cannot tell', async () => {
    const made = rollout('good', '', {
      guardrails: ['{ metric: accuracy, maxDecrease: 9pp }', '{ metric: latency.p95, max: 100ms, source: prom }'],
    });
    const world = { ...made.world, permissions: made.world.permissions, now: () => new Date(end * 1000) };
    const { review, warnings } = await reviewPlan(world, 'plan.yaml');
    expect(review.sources).toEqual([
      { name: 'prom', told: { files: 0, numbers: expect.any(Number), server: new URL(server.url).host } },
    ]);
    expect(warnings.map(({ message }) => message)).toContain(
      'prom: answers: latency.p95 from prom: the histogram has no edge at 0.1, and cannot tell where a percentile near 100 ms lies: add a bucket at 0.1',
    );
  });

  test('an expression that it cannot read is exit 2, at its line under sources', async () => {
    const made = rollout('good', 'queries: { kpi.cost: "sum by model_version (c" },', {
      guardrails: ['{ metric: accuracy, maxDecrease: 9pp }', '{ metric: kpi.cost, max: 4, test: point, source: prom }'],
    });
    await expect(look(made)).rejects.toMatchObject({
      exitCode: 2,
      diagnostics: [
        { message: expect.stringMatching(/^kpi\.cost: the server cannot read sum by model_version \(c: /u), line: 13 },
      ],
    });
  });
});
