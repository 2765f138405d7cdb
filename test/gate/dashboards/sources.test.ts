import { describe, expect, test } from 'vitest';
import { promote } from '../../../src/gate/act/promote.ts';
import { reviewPlan } from '../../../src/gate/review/review-plan.ts';
import { openSimulatedRollout } from '../../../src/gate/simulate/simulated-rollout.ts';
import { murmur3Bucket } from '../../../src/assignment/schemes/murmur3.ts';
import { reportOf } from '../../../src/gate/report/read-report.ts';
import { evidenceHeader } from '../../../src/report/evidence/evidence-header.ts';
import { classifying, type PlanKeys, TestRollout } from '../../fixtures/test-rollout.ts';

/** Requests of users of whom a fifth has the candidate; nine of ten answers are right. */
function log(users: number) {
  return Array.from({ length: users * 2 }, (_, request) => ({
    request_id: `r${request}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + request * 60_000).toISOString(),
    user_id: `u${Math.floor(request / 2)}`,
    served_by: murmur3Bucket('router', `u${Math.floor(request / 2)}`) < 0.2 ? '1.1.0' : '1.0.0',
    latency_ms: 40,
    prediction: murmur3Bucket('answer', `r${request}`) < 0.9 ? 'a' : 'b',
    label: 'a',
  }));
}

/** What a dashboard says of the errors and times of both versions. */
const numbers = (errors: string, more = '') => `metric,version,value,count,independent,segment
error_rate,baseline,0.5%,40000,true,
error_rate,candidate,${errors},10000,true,
latency.p95,candidate,80ms,,,
${more}`;

/** The rates of both versions in a locale. */
const inLocale = (locale: string) =>
  ['baseline', 'candidate'].map((version) => `error_rate,${version},0.5%,2000,true,locale=${locale}\n`).join('');

const guardrails = [
  '{ metric: accuracy, maxDecrease: 9pp }',
  '{ metric: error_rate, max: 2%, source: dash }',
  '{ metric: latency.p95, max: 90ms, test: point, source: dash }',
];

function rollout(errors = '0.5%', plan: PlanKeys = {}): TestRollout {
  return new TestRollout({
    version: classifying(['a', 'b']),
    traffic: { '1.0.0': 0.8, '1.1.0': 0.2 },
    files: { 'log.jsonl': log(1500), 'numbers.csv': numbers(errors) },
    plan: {
      requests: '{ source: log.jsonl, fields: { servedBy: served_by } }',
      sources: '{ dash: { format: aggregates, source: numbers.csv } }',
      stages: '[{ name: canary-20, weight: 20% }, { name: full, weight: 1 }]',
      guardrails,
      ...plan,
    },
  });
}

describe('further sources', () => {
  test('decide with the log, in one verdict', async () => {
    const good = await rollout().evaluate();
    expect(good.verdict.decision).toBe('increase');
    expect(good.guardrails.map(({ metric, status }) => [metric, status])).toEqual([
      ['accuracy', 'pass'],
      ['error_rate from dash', 'pass'],
      ['latency.p95 from dash', 'pass'],
    ]);
    const bad = await rollout('5%').evaluate();
    expect(bad.verdict.decision).toBe('rollback');
    expect(bad.verdict.reasons[0]).toContain('error_rate from dash is 5.00%');
  });

  test('share alpha with the log, and keep what they said beside it', async () => {
    const { statistics, inputs, comparisons } = await rollout().evaluate();
    expect([statistics.tests, statistics.sources?.['dash']?.tests]).toEqual([2, 2]);
    expect(inputs.sources?.['dash']).toMatchObject({
      format: 'aggregates',
      requests: [{ path: 'numbers.csv', rows: 3 }],
    });
    expect(inputs.requests.map(({ path }) => path)).toEqual(['log.jsonl']);
    expect(comparisons.map(({ metric }) => metric)).toContain('error_rate from dash');
  });

  test('take no more alpha where they are judged on segments', async () => {
    const made = rollout('0.5%', {
      guardrails: [
        '{ metric: accuracy, maxDecrease: 9pp, min: 50% }',
        '{ metric: error_rate, max: 2%, source: dash, segments: [locale] }',
      ],
    });
    made.write('numbers.csv', numbers('0.5%', inLocale('de') + inLocale('fr')));
    const { statistics } = await made.evaluate();
    // Three bounds share alpha. The whole, two segments and those to come share the third of one bound.
    expect([statistics.tests, statistics.sources?.['dash']?.tests]).toEqual([3, 12]);
  });

  test('may tell the metric of a log, each by a number of its own', async () => {
    const made = rollout('0.7%', {
      guardrails: ['{ metric: error_rate, max: 2% }', '{ metric: error_rate, max: 2%, source: dash }'],
    });
    const { guardrails: results } = await made.evaluate();
    expect(results.map(({ metric, value }) => [metric, value])).toEqual([
      ['error_rate', 0],
      ['error_rate from dash', 0.007],
    ]);
  });

  test('begin their series anew without the log, and the log without them', async () => {
    const made = rollout();
    const seriesOf = async () => {
      const { stage, statistics } = await made.evaluate();
      return [stage.look, stage.series, statistics.sources?.['dash']?.series, stage.newSeriesOf?.['dash']];
    };
    expect(await seriesOf()).toEqual([1, 1, 1, undefined]);
    made.write('numbers.csv', numbers('0.6%'));
    expect(await seriesOf()).toEqual([2, 1, 2, 'numbers.csv no longer contains what it held at the last look']);
    expect(made.notes.at(-1)).toContain('A new series of looks at dash starts: numbers.csv');
    made.write('log.jsonl', log(1600));
    expect(await seriesOf()).toEqual([3, 1, 2, undefined]);
    made.write('log.jsonl', log(1400));
    expect(await seriesOf()).toEqual([4, 2, 2, undefined]);
    made.plan({ statistics: '{ confidence: 0.9 }' });
    expect(await seriesOf()).toEqual([5, 3, 1, undefined]);
  });

  test('looked at again are the same look', async () => {
    const made = rollout();
    const [first, second] = [await made.evaluate(), await made.evaluate()];
    expect([second.stage.look, second.digest]).toEqual([1, first.digest]);
  });

  test('are bound into the evidence', async () => {
    const made = rollout();
    await made.evaluate();
    made.write('numbers.csv', numbers('0.6%'));
    await expect(promote(made.world, 'plan.yaml', {})).rejects.toThrow('numbers.csv is no longer what was evaluated');
    await made.evaluate();
    await expect(promote(made.world, 'plan.yaml', {})).rejects.toThrow('serves 0.8 of the traffic');
  });

  test('are checked by themselves, under their names', async () => {
    const { checks } = await rollout('0.5%', { checks: '{ window: hold }' }).evaluate();
    const named = checks.filter(({ name }) => name.startsWith('dash: '));
    expect(named.map(({ name, status }) => [name, status])).toEqual(
      expect.arrayContaining([
        ['dash: window', 'hold'],
        ['dash: sample ratio', 'pass'],
        ['dash: independence', 'pass'],
      ]),
    );
    expect(named.some(({ status }) => status === 'not-applicable')).toBe(false);
  });

  test('prove a breach also before the log has anything', async () => {
    const made = rollout('5%', { requests: '{ source: none.jsonl, fields: { servedBy: served_by } }' });
    made.register({ traffic: { '1.0.0': 1 }, version: classifying(['a', 'b']) });
    const { verdict } = await made.evaluate();
    expect(verdict.decision).toBe('rollback');
  });

  test('are shown with what they said', async () => {
    const made = rollout();
    const evidence = await made.evaluate();
    const { model } = (await reportOf(made.world, evidence, 'evidence.json', 'plan.yaml')).evidence.plan;
    expect(evidenceHeader(evidence, model, { color: 0, columns: 100, unicode: true })).toMatch(
      /dash +3 numbers in 1 file; series 1/u,
    );
    const { review, warnings } = await reviewPlan(made.world, 'plan.yaml');
    expect(review.sources).toEqual([{ name: 'dash', told: { files: 1, numbers: 3 } }]);
    expect(review.guardrails.map(({ metric }) => metric)).toEqual([
      'accuracy',
      'error_rate from dash',
      'latency.p95 from dash',
    ]);
    expect(warnings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('are left out of a simulation, which says so', async () => {
    const made = rollout();
    const { plan } = await openSimulatedRollout(made.world, 'plan.yaml');
    expect(plan.guardrails.map(({ metric }) => metric.id)).toEqual(['accuracy']);
    expect(made.notes).toEqual([
      'error_rate from dash: left out, since numbers per version hold no requests to draw.',
      'latency.p95 from dash: left out, since numbers per version hold no requests to draw.',
    ]);
  });
});
