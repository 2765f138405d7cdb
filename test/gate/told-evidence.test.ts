import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import type { Artifact } from '../../src/domain/registry.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { promote } from '../../src/gate/act/promote.ts';
import { renderReport } from '../../src/gate/report/report-files.ts';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { evidenceText } from '../../src/report/evidence/evidence-text.ts';
import { evidenceOf, numbersRollout } from './told-plans.ts';

describe('evidence', () => {
  const csv = 'metric,version,value\nerror_rate,candidate,0.1%\n';
  const guardrails = ['{ metric: error_rate, max: 1%, test: point }'];

  test('names the file with its hash, and that no request was read', async () => {
    const evidence = await evidenceOf(['error_rate,candidate,0.1%,500,50,,'], { guardrails });
    expect(evidence.inputs).toMatchObject({
      format: 'aggregates',
      requests: [{ path: 'numbers.csv', rows: 1, rejected: {}, sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) }],
    });
    const text = evidenceText(
      evidence,
      { color: 0, columns: 80, unicode: true },
      { planFile: 'plan.yaml', verbose: true },
    );
    expect(text).toContain('1 number in 1 file; no request was read');
    expect(text).toContain('1.1.0 50 users, 500 requests · 1.0.0 no count given');
    expect(text).not.toContain('0 rejected');
  });

  test.each(['html', 'md', 'csv', 'prom', 'xml'])(
    'as %s claims no users or requests that nobody counted',
    async (format) => {
      const rollout = numbersRollout({ guardrails, files: { 'numbers.csv': csv } });
      const { report } = await evaluate(rollout.world, 'plan.yaml', {});
      const text = await renderReport(format, await report());
      expect(text).toContain('error_rate');
      expect(text).not.toMatch(/\b0 (?:users|requests)\b|canary_cohort_units\{[^}]*\} 0/u);
    },
  );

  test.each([
    ['changed', 'metric,version,value\nerror_rate,candidate,0.2%\n'],
    ['grown', `${csv}latency.p95,candidate,3ms\n`],
  ])('is refused where its numbers have %s, and starts a new series', async (_title, later) => {
    const rollout = numbersRollout({ guardrails, files: { 'numbers.csv': csv } });
    await rollout.evaluate();
    rollout.write('numbers.csv', later);
    await expect(promote(rollout.world, 'plan.yaml', {})).rejects.toThrow(
      'numbers.csv is no longer what was evaluated',
    );
    const evidence = await rollout.evaluate();
    expect(evidence.stage).toMatchObject({ look: 2, series: 2 });
    expect(rollout.notes.join('\n')).toContain('A new series of looks starts');
    expect(await promote(rollout.world, 'plan.yaml', {})).toMatchObject({ action: 'enter', verdict: 'increase' });
  });

  test.each<[string, Artifact]>([
    ['on a server', { runtime: 'http', url: 'http://127.0.0.1:9', protocol: 'mlflow' }],
    ['of a program', { runtime: 'command', command: ['python3', 'serve.py'] }],
  ])('of versions %s, which nothing replayed, is acted on until their entry changes', async (_title, artifact) => {
    const entry = (changes: Pick<Artifact, 'path' | 'sha256'> = {}) => ({
      version: { artifact: { ...artifact, ...changes } },
    });
    const rollout = numbersRollout({ guardrails, files: { 'numbers.csv': csv } }).register(entry());
    await rollout.evaluate();
    rollout.register(entry({ path: 'other', sha256: '0'.repeat(64) }));
    await expect(promote(rollout.world, 'plan.yaml', {})).rejects.toThrow('has another artifact in the registry now');
    rollout.register(entry());
    expect(await promote(rollout.world, 'plan.yaml', {})).toMatchObject({ action: 'enter', verdict: 'increase' });
  });

  test('of numbers in the plan is bound by the plan', async () => {
    const numbers = '{ format: aggregates, numbers: [{ metric: error_rate, version: 1.1.0, value: 0.1% }] }';
    const rollout = numbersRollout({ guardrails, requests: numbers });
    const evidence = await rollout.evaluate();
    expect(evidence).toMatchObject({ inputs: { requests: [] }, verdict: { decision: 'increase' } });
    rollout.plan({ requests: numbers.replace('0.1%', '0.2%') });
    await expect(promote(rollout.world, 'plan.yaml', {})).rejects.toThrow('the plan changed since');
  });

  test('of a stage with numbers of its own is about those', async () => {
    const files = { 'numbers.csv': csv, 'own.yaml': '- { metric: error_rate, version: candidate, value: 5% }\n' };
    const rollout = numbersRollout({ guardrails, files, stage: ', source: own.yaml' });
    const evidence = await rollout.evaluate();
    expect(evidence).toMatchObject({ inputs: { requests: [{ path: 'own.yaml' }] }, verdict: { decision: 'rollback' } });
  });
});

test('the review of a plan counts the numbers of all stages and claims no requests', async () => {
  const files = {
    'numbers.csv': 'metric,version,value\nerror_rate,candidate,0.1%\n',
    'own.json': '[{ "metric": "error_rate", "version": "candidate", "value": "5%", "count": 700 }]',
  };
  const guardrails = ['{ metric: error_rate, max: 1%, test: point }'];
  const { review } = await reviewPlan(
    numbersRollout({ guardrails, files, stage: ', source: own.json' }).world,
    'plan.yaml',
  );
  expect(review).toMatchObject({ log: { files: 2, numbers: 2 } });
  expect(review.stages).toEqual([
    { name: 'canary-10', weight: 0.1, requests: 700, minRequests: 100 },
    { name: 'full', weight: 1 },
  ]);
});

describe('numbers that cannot be used are no verdict', () => {
  test.each([
    ['a file that is not there', {}, 'numbers.csv: there is no such file'],
    [
      'wrong numbers',
      { 'numbers.csv': 'metric,version,value\nmae,1.4.0,1\nmae,candidate,x\n' },
      'numbers.csv: the numbers cannot be used: 2 errors',
    ],
    ['an empty file', { 'numbers.csv': '' }, 'numbers.csv: the numbers cannot be used: 1 error'],
  ])('%s', async (_title, files, message) => {
    const rollout = numbersRollout({ guardrails: ['{ metric: error_rate, max: 1%, test: point }'], files });
    const failure: unknown = await rollout.evaluate().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ exitCode: 5, message });
  });

  test('a log of requests', async () => {
    const requests = '{ format: aggregates, source: log.jsonl }';
    const rollout = numbersRollout({ guardrails: ['{ metric: error_rate, max: 1% }'], requests });
    await expect(rollout.evaluate()).rejects.toMatchObject({
      hint: expect.stringContaining('for a log of requests leave out format: aggregates'),
    });
  });

  test('the same number in two files', async () => {
    const csv = 'metric,version,value\nerror_rate,candidate,0.1%\n';
    const rollout = numbersRollout({
      guardrails: ['{ metric: error_rate, max: 1%, test: point }'],
      requests: '{ format: aggregates, source: [a.csv, b.csv] }',
      files: { 'a.csv': csv, 'b.csv': csv.replace('candidate', '1.1.0') },
    });
    await expect(rollout.evaluate()).rejects.toThrow('b.csv: error_rate of the candidate is also given in a.csv');
  });
});
