import { describe, expect, test } from 'vitest';
import { parseMetric } from '../../../src/domain/metric.ts';
import type { Bound } from '../../../src/domain/plan.ts';
import { noiseFloor, unresolvable } from '../../../src/verdict/checks/noise-floor.ts';
import type { PlannedTest } from '../../../src/verdict/guardrail-tests.ts';

function latencyTest(bound: Bound, segment: PlannedTest['segment'] = null): PlannedTest {
  const metric = parseMetric('latency.p95');
  if (metric === undefined) throw new Error('latency.p95 is a metric');
  return {
    guardrail: { metric, bounds: [bound], segments: [], onBreach: 'rollback', test: 'interval' },
    bound,
    segment,
  };
}

const tenPercent = latencyTest({ kind: 'maxIncrease', value: 0.1, relative: true });
const fiveMs = latencyTest({ kind: 'maxIncrease', value: 5, relative: false }, { device: 'ios' });

describe('a bound on measured times', () => {
  test('means something where the baseline moves less against itself', () => {
    expect(unresolvable({ test: tenPercent, noise: 0.099 })).toBeUndefined();
    expect(unresolvable({ test: tenPercent, noise: -0.099 })).toBeUndefined();
  });

  test('means nothing where the baseline moves as much against itself, in either direction', () => {
    for (const noise of [0.1, -0.1, 0.37]) {
      expect(unresolvable({ test: tenPercent, noise })).toContain('this machine cannot resolve it');
    }
  });

  test('is told how much the machine moves by itself', () => {
    expect(unresolvable({ test: fiveMs, noise: 7.25 })).toBe(
      'this machine cannot resolve it: the baseline against itself moved by +7.25 ms, and so it would not tell a bound of less than 7.3 ms',
    );
  });
});

describe('the noise floor', () => {
  test('is about the noisiest bound', () => {
    const check = noiseFloor([
      { test: fiveMs, noise: 1 },
      { test: tenPercent, noise: 0.04 },
    ]);
    expect(check).toEqual({
      name: 'noise floor',
      status: 'pass',
      detail: 'the baseline against itself moved latency.p95 by +4.0%, where the plan allows 10%',
    });
  });

  test('holds a stage when one bound is within the noise', () => {
    const noises = [
      { test: tenPercent, noise: 0.01 },
      { test: fiveMs, noise: -6 },
    ];
    expect(noiseFloor(noises)).toMatchObject({ status: 'hold', detail: expect.stringContaining('device=ios') });
  });

  test('does not apply where no measured times are compared', () => {
    expect(noiseFloor([])).toMatchObject({ status: 'not-applicable' });
    expect(noiseFloor([{ test: tenPercent, noise: undefined }])).toMatchObject({ status: 'not-applicable' });
  });
});
