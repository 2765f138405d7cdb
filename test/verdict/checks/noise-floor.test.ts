import { describe, expect, test } from 'vitest';
import { parseMetric } from '../../../src/domain/metric.ts';
import type { Bound } from '../../../src/domain/plan.ts';
import type { IntervalSettings } from '../../../src/stats/bounds/confidence-bound.ts';
import type { Linearized } from '../../../src/stats/estimates/linearized.ts';
import { noiseFloor, timedTest, unresolvable } from '../../../src/verdict/checks/noise-floor.ts';
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

const settings: IntervalSettings = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'fixed', plannedUnits: 1000 };

/** A change that five pairs tell, with a standard deviation between them. */
function timed(planned: PlannedTest, value: number, deviation: number) {
  const measured: Linearized = {
    kind: 'linearized',
    value,
    standardError: 0.001,
    floorVariance: 0,
    skewness: 0,
    units: 400,
    requests: 2000,
    effectiveUnits: 400,
    clusterSize: 5,
    counted: { units: 400, requests: 2000 },
    pairs: { pairs: 5, standardError: deviation / Math.sqrt(5) },
  };
  const found = timedTest(planned, measured, settings);
  if (found === undefined) throw new Error('it was timed in pairs');
  return found;
}

describe('a bound on measured times', () => {
  test('can be told where so many pairs that differ so much would probably show no change', () => {
    expect(unresolvable(timed(tenPercent, 0.02, 0.03))).toBeUndefined();
  });

  test('cannot be told by pairs that differ by more, and more of them are named', () => {
    expect(unresolvable(timed(tenPercent, 0.02, 0.1))).toBe(
      'processes cannot decide it here: 5 pairs of them differ by +10.0% (standard deviation); replay.pairs: 9 could',
    );
  });

  test('cannot be told by any pairs where it is nothing beside what they differ by', () => {
    expect(unresolvable(timed(fiveMs, 1, 2000))).toContain('and no number of them could');
  });

  test('that the pairs alone leave open says how many would decide it', () => {
    const { remedy } = timed(tenPercent, 0.08, 0.03);
    expect(remedy).toMatch(/^5 pairs of processes do not decide it; replay\.pairs: \d+ would probably decide it$/u);
    expect(timed(tenPercent, 0.01, 0.03).remedy).toBeUndefined();
  });
});

describe('the noise floor', () => {
  test('is about the noisiest bound', () => {
    expect(noiseFloor([timed(fiveMs, 0, 1), timed(tenPercent, 0.01, 0.05)])).toEqual({
      name: 'noise floor',
      status: 'pass',
      detail:
        '5 pairs of processes differ in latency.p95 by +5.0% (standard deviation); the plan allows 10%, which 4 pairs can probably decide',
    });
  });

  test('holds a stage when one bound cannot be told', () => {
    const found = [timed(tenPercent, 0.01, 0.01), { ...timed(fiveMs, 0, 60), isUnresolved: true }];
    expect(noiseFloor(found)).toMatchObject({ status: 'hold', detail: expect.stringContaining('device=ios') });
  });

  test('does not apply where nothing was timed', () => {
    expect(noiseFloor([])).toMatchObject({ status: 'not-applicable' });
  });
});
