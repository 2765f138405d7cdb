import { describe, expect, test } from 'vitest';
import { metricNames } from '../../src/domain/metric.ts';
import { parse, planWith, problems } from './plan-text.ts';

const guardrail = '{ metric: latency.p95, max: 120ms, maxIncrease: 10% }';

function boundsOf(written: string) {
  const result = parse(planWith(guardrail, `{ ${written} }`));
  return result.ok ? result.plan.guardrails[0]?.bounds : result.diagnostics;
}

function problemsOf(written: string): string[] {
  return problems(planWith(guardrail, `{ ${written} }`)).map((line) => line.replace(/^\S+ /u, ''));
}

describe('a bound is read in its unit', () => {
  test.each([
    ['metric: latency.p99, max: 1.5s', { kind: 'max', value: 1500, relative: false }],
    ['metric: latency.p99.9, max: 120 ms', { kind: 'max', value: 120, relative: false }],
    ['metric: latency.p50, maxIncrease: 0.5ms', { kind: 'maxIncrease', value: 0.5, relative: false }],
    ['metric: latency.p50, maxIncrease: 150%', { kind: 'maxIncrease', value: 1.5, relative: true }],
    ['metric: agreement, min: 95%', { kind: 'min', value: 0.95, relative: false }],
    ['metric: agreement, min: 0.95', { kind: 'min', value: 0.95, relative: false }],
    ['metric: error_rate, max: 0.8%, onBreach: hold', { kind: 'max', value: 0.008, relative: false }],
    ['metric: error_rate, maxIncrease: 10%, onBreach: hold', { kind: 'maxIncrease', value: 0.1, relative: true }],
    ['metric: error_rate, maxIncrease: 0.01, onBreach: hold', { kind: 'maxIncrease', value: 0.01, relative: false }],
    ['metric: accuracy, maxDecrease: 0.3pp, onBreach: hold', { kind: 'maxDecrease', value: 0.003, relative: false }],
    ['metric: accuracy, maxDecrease: 2%, onBreach: hold', { kind: 'maxDecrease', value: 0.02, relative: true }],
    ['metric: recall(card not working), maxDecrease: 2pp', { kind: 'maxDecrease', value: 0.02, relative: false }],
    ['metric: "precision(a,b)", min: 90%', { kind: 'min', value: 0.9, relative: false }],
    ['metric: macro_f1, maxDecrease: 1pp', { kind: 'maxDecrease', value: 0.01, relative: false }],
    ['metric: auc, min: 0.9', { kind: 'min', value: 0.9, relative: false }],
    ['metric: log_loss, maxIncrease: 0.02', { kind: 'maxIncrease', value: 0.02, relative: false }],
    ['metric: log_loss, maxIncrease: 5%', { kind: 'maxIncrease', value: 0.05, relative: true }],
    ['metric: mae, max: 1500', { kind: 'max', value: 1500, relative: false }],
    ['metric: rmse, maxIncrease: 12.5', { kind: 'maxIncrease', value: 12.5, relative: false }],
    ['metric: kpi.revenue, maxDecrease: 3%', { kind: 'maxDecrease', value: 0.03, relative: true }],
    ['metric: kpi.context.returns, maxIncrease: 2', { kind: 'maxIncrease', value: 2, relative: false }],
    ['metric: memory.peak, max: 512MiB', { kind: 'max', value: 536_870_912, relative: false }],
    ['metric: memory.peak, max: 1.5 GB', { kind: 'max', value: 1_500_000_000, relative: false }],
    ['metric: memory.peak, maxIncrease: 20MB', { kind: 'maxIncrease', value: 20_000_000, relative: false }],
    ['metric: memory.peak, maxIncrease: 10%', { kind: 'maxIncrease', value: 0.1, relative: true }],
    ['metric: kpi.revenue, min: 40', { kind: 'min', value: 40, relative: false }],
  ])('%s', (written, expected) => {
    expect(boundsOf(written)).toEqual([expected]);
  });
});

describe('a bound in the wrong direction is refused', () => {
  test.each([
    [
      'metric: accuracy, maxIncrease: 1pp',
      'maxIncrease: accuracy gets worse by falling, which maxIncrease would never stop; write min: 95% or maxDecrease: 1pp',
    ],
    [
      'metric: accuracy, max: 95%',
      'max: accuracy gets worse by falling, which max would never stop; write min: 95% or maxDecrease: 1pp',
    ],
    [
      'metric: latency.p95, min: 10ms',
      'min: latency.p95 gets worse by rising, which min would never stop; write max: 120ms or maxIncrease: 10%',
    ],
    [
      'metric: error_rate, maxDecrease: 1pp',
      'maxDecrease: error_rate gets worse by rising, which maxDecrease would never stop; write max: 1% or maxIncrease: 1pp',
    ],
    [
      'metric: agreement, maxDecrease: 1pp',
      'maxDecrease: agreement already compares with the baseline, so it has no difference to bound; write min: 95%',
    ],
    [
      'metric: recall(refund), maxIncrease: 1pp',
      'maxIncrease: recall(refund) gets worse by falling, which maxIncrease would never stop; write min: 95% or maxDecrease: 1pp',
    ],
    [
      'metric: log_loss, min: 0.2',
      'min: log_loss gets worse by rising, which min would never stop; write max: 0.5 or maxIncrease: 10%',
    ],
    ['metric: agreement, max: 1%', 'max: agreement gets worse by falling, which max would never stop; write min: 95%'],
  ])('%s', (written, expected) => {
    expect(problemsOf(written)).toEqual([expected]);
  });
});

describe('a bound in the wrong unit is refused', () => {
  test.each([
    ['metric: latency.p95, max: 120', 'max: 120 has no unit; write 120ms or 120s'],
    ['metric: latency.p95, maxIncrease: 5', 'maxIncrease: 5 has no unit; write 5ms or 5s'],
    ['metric: latency.p95, max: 10%', 'max: 10% is not a time; write a time such as 120ms, or maxIncrease: 10%'],
    [
      'metric: latency.p95, maxIncrease: 5pp',
      'maxIncrease: 5pp is not a time; write a time such as 5ms, or 5% of the baseline',
    ],
    ['metric: latency.p95, max: 2min', 'max: 2min has an unknown unit; write 2ms or 2s'],
    ['metric: latency.p95, max: fast', 'max: fast is not a bound; write max: 120ms'],
    ['metric: latency.p95, maxIncrease: -5ms', 'maxIncrease: -5ms is negative; write 5ms; the key says the direction'],
    ['metric: agreement, min: 95', 'min: 95 is not a proportion; write 95%'],
    ['metric: agreement, min: 0.8pp', 'min: 0.8pp is a difference, not a value; write 0.8%'],
    ['metric: agreement, min: 101%', 'min: 101% is more than 100%; write 1% or 0.01'],
    ['metric: agreement, min: 5ms', 'min: 5ms is not a proportion; write 5%'],
    [
      'metric: error_rate, maxIncrease: 2, onBreach: hold',
      'maxIncrease: 2 is not a proportion; write 2pp (percentage points) or 2% (of the baseline)',
    ],
    [
      'metric: accuracy, maxDecrease: 200%, onBreach: hold',
      'maxDecrease: 200% is more than all of the baseline; write a percentage of the baseline, such as 2%',
    ],
    ['metric: latency.p95, max:', 'guardrails[0].max has no value; write max: 120ms'],
    ['metric: mae, max: 5pp', 'max: 5pp has a unit, but mae has none; write 5'],
    ['metric: mae, max: 10%', 'max: 10% has a unit, but mae has none; write 10'],
    [
      'metric: kpi.revenue, maxDecrease: 5ms',
      'maxDecrease: 5ms has a unit, but kpi.revenue has none; write 5, or 5% of the baseline',
    ],
    ['metric: memory.peak, max: 512', 'max: 512 has no unit; write 512MB or 512GB'],
    ['metric: memory.peak, max: 512mb', 'max: 512mb has an unknown unit; write 512MB'],
    ['metric: memory.peak, max: 2s', 'max: 2s has an unknown unit; write 2MB or 2GiB'],
    ['metric: memory.peak, max: 10%', 'max: 10% is not a size; write a size such as 512MB, or maxIncrease: 10%'],
    [
      'metric: memory.peak, maxIncrease: 5pp',
      'maxIncrease: 5pp is not a size; write a size such as 50MB, or 5% of the baseline',
    ],
    [
      'metric: memory.peak, max: 1GB, segments: auto',
      'segments: memory.peak is one number of the whole replay, so no segment has its own; leave segments out',
    ],
    ['metric: recall(refund), min: 95', 'min: 95 is not a proportion; write 95%'],
    ['metric: latency.p95, max: true', 'max: true is not a bound; write max: 120ms'],
  ])('%s', (written, expected) => {
    expect(problemsOf(written)).toEqual([expected]);
  });
});

describe('metrics', () => {
  const all = metricNames.join(', ');

  test('a misspelt metric gets the nearest one and the list', () => {
    expect(problemsOf('metric: acuracy, min: 90%')).toEqual([
      `metric: acuracy is not a metric; did you mean accuracy? (one of ${all})`,
    ]);
  });

  test('a metric that nobody knows gets the list, and its bounds are not judged', () => {
    expect(problemsOf('metric: happiness, min: 7')).toEqual([`metric: happiness is not a metric; write one of ${all}`]);
  });

  test.each(['recall', 'recall()', 'precision', 'kpi.', 'kpi', 'f1'])('%s alone names none', (name) => {
    expect(problemsOf(`metric: ${name}, min: 1`)[0]).toContain(`metric: ${name} is not a metric`);
  });

  test('recall of two labels are two metrics', () => {
    const both = 'metric: recall(a), min: 90% }\n  - { metric: recall(b), min: 90%';
    expect(problemsOf(both)).toEqual([]);
    expect(problemsOf(both.replace('recall(b)', 'recall(a)'))).toEqual([
      'recall(a) has another min with onBreach: rollback; keep one of the two',
    ]);
  });

  test('a percentile below the median is none', () => {
    expect(problemsOf('metric: latency.p10, max: 1s')).toEqual([
      `metric: latency.p10 is not a metric; did you mean latency.p50? (one of ${all})`,
    ]);
  });

  test('a metric without a bound', () => {
    expect(problemsOf('metric: latency.p95')).toEqual([
      'the guardrail on latency.p95 has no bound; write max: 120ms or maxIncrease: 10%',
    ]);
  });

  test('one bound twice on the same metric, however it is spelt', () => {
    expect(problemsOf('metric: latency.p95, max: 120ms }\n  - { metric: latency.p95.0, max: 130ms')).toEqual([
      'latency.p95.0 has another max with onBreach: rollback; keep one of the two',
    ]);
  });

  test('a bound to roll back at and a closer one to wait at are two bounds', () => {
    const both = 'metric: latency.p95, max: 120ms }\n  - { metric: latency.p95, max: 110ms, onBreach: hold';
    expect(problemsOf(both)).toEqual([]);
  });
});
