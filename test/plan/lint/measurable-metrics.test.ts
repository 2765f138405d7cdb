import { describe, expect, test } from 'vitest';
import type { ModelRegistry, ModelVersion, OutputSignature } from '../../../src/domain/registry.ts';
import { lintPlan } from '../../../src/plan/lint/lint-plan.ts';
import { asLine, parsed, shortPlan } from '../plan-text.ts';

const threeLabels: OutputSignature = { kind: 'classification', labels: ['card not working', 'refund', 'v1.2-other'] };
const twoLabels: OutputSignature = { kind: 'classification', labels: ['spam', 'ham'] };
const regression: OutputSignature = { kind: 'regression', unit: 'EUR' };

function errorsOf(guardrail: string, output: OutputSignature): string[] {
  const version: ModelVersion = { status: 'registered', artifact: { runtime: 'recorded' }, signature: { output } };
  const registry: ModelRegistry = {
    schemaVersion: 1,
    model: 'intent',
    revision: 0,
    aliases: { stable: '1.4.2' },
    traffic: {},
    versions: { '1.4.2': version, '1.5.0': version },
    rollouts: {},
    history: [],
  };
  const plan = shortPlan.replace('{ metric: accuracy, maxDecrease: 1pp }', guardrail);
  return lintPlan({ ...parsed(plan), registry, now: '2026-11-01T00:00:00.000Z' })
    .filter(({ severity }) => severity === 'error')
    .map(asLine);
}

describe('a metric that the signature does not allow is an error at its place', () => {
  test.each<[string, OutputSignature, string]>([
    [
      '{ metric: auc, min: 0.9 }',
      threeLabels,
      'metric: auc needs two labels, but 1.5.0 has 3; write macro_f1, log_loss or recall(LABEL)',
    ],
    [
      '{ metric: recall(refnd), min: 90% }',
      threeLabels,
      'metric: recall(refnd) is of a label that 1.5.0 does not have; did you mean refund?',
    ],
    [
      '{ metric: precision(nothing like it at all), min: 90% }',
      threeLabels,
      'metric: precision(nothing like it at all) is of a label that 1.5.0 does not have; write one of card not working, refund, v1.2-other',
    ],
    [
      '{ metric: mae, max: 3 }',
      threeLabels,
      'metric: mae needs numbers, but 1.5.0 is a classification; write accuracy or macro_f1',
    ],
    [
      '{ metric: rmse, max: 3 }',
      twoLabels,
      'metric: rmse needs numbers, but 1.5.0 is a classification; write accuracy or macro_f1',
    ],
    [
      '{ metric: accuracy, min: 9% }',
      regression,
      'metric: accuracy needs labels, but 1.5.0 is a regression; write mae or rmse',
    ],
    [
      '{ metric: memory.peak, max: 1GB, test: point }',
      regression,
      'metric: memory.peak needs a process that canary runs, but 1.5.0 has the runtime recorded; leave it out, or give the version an artifact that canary can run',
    ],
    ['{ metric: auc, min: 0.9 }', regression, 'metric: auc needs labels, but 1.5.0 is a regression; write mae or rmse'],
    [
      '{ metric: recall(a), min: 0.9 }',
      regression,
      'metric: recall(a) needs labels, but 1.5.0 is a regression; write mae or rmse',
    ],
  ])('%s', (guardrail, output, expected) => {
    expect(errorsOf(guardrail, output)).toEqual([`rollouts/a.yaml:10:24 ${expected}`]);
  });
});

describe('a metric that the signature allows is none', () => {
  test.each<[string, OutputSignature]>([
    ['{ metric: recall(card not working), min: 90% }', threeLabels],
    ['{ metric: precision(v1.2-other), min: 90% }', threeLabels],
    ['{ metric: log_loss, max: 1 }', threeLabels],
    ['{ metric: auc, min: 0.9 }', twoLabels],
    ['{ metric: rmse, max: 3 }', regression],
    ['{ metric: kpi.revenue, maxDecrease: 2% }', regression],
    ['{ metric: error_rate, max: 2% }', regression],
  ])('%s', (guardrail, output) => {
    expect(errorsOf(guardrail, output)).toEqual([]);
  });
});
