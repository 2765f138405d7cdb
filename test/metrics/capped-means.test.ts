import { describe, expect, test } from 'vitest';
import { cappedMetric, type CappedMetric, nameInPlan } from '../../src/domain/statistics/bounded-metric.ts';
import { estimateAt } from '../../src/metrics/table/estimate.ts';
import { TableMeasurer } from '../../src/metrics/measurer.ts';

import { judgedDatabase, type JudgedRow } from './judged-rows.ts';

const settings = { alphaLower: 0.05, alphaUpper: 0.05, inference: 'sequential', plannedUnits: 1000 } as const;
const latency = { id: 'latency.mean', family: 'latency', statistic: 'mean', timeoutMs: 2000 } as const;
const whole = { cohort: 'all', segment: null } as const;

/** Ten milliseconds or so, and a timeout in every fiftieth request of the candidate. */
const timed: JudgedRow[] = Array.from({ length: 400 }, (_, unit) => ({
  unit,
  baseline: { label: 'a', latencyMs: 10 + (unit % 5) },
  candidate: { label: 'a', latencyMs: unit % 50 === 0 ? 2000 : 10 + (unit % 5) },
}));

async function measurersOf(rows: readonly JudgedRow[], metric: CappedMetric | typeof latency) {
  const judged = { db: await judgedDatabase(rows), name: 'judged' };
  return [await TableMeasurer.over(judged, [metric]), await TableMeasurer.over(judged, [metric], { unitsInMemory: 0 })];
}

describe('a capped latency', () => {
  test('is the mean of the shorter of time and cap, whoever adds it up, and tells what the cap cuts', async () => {
    const metric = cappedMetric(latency, 100);
    expect([metric.id, nameInPlan(metric.id)]).toEqual(['latency.mean capped at 100 ms', 'latency.mean']);
    for (const measurer of await measurersOf(timed, metric)) {
      const subject = { metric, comparison: 'paired', slice: whole } as const;
      const found = await measurer.measure(subject, 'difference');
      expect(found).toMatchObject({ baseline: 12, candidate: 12 + (8 / 400) * (100 - 10) });
      expect(await measurer.tails(subject)).toEqual({ cappedShare: 8 / 400 });
    }
  });

  test('needs as much less data as the cap is below the timeout', async () => {
    const widths: number[] = [];
    for (const metric of [latency, cappedMetric(latency, 100)]) {
      const rows = timed.map((row) => ({ ...row, candidate: row.baseline ?? {} }));
      const [measurer] = await measurersOf(rows, metric);
      const found = await measurer?.measure({ metric, comparison: 'paired', slice: whole }, 'difference');
      if (found?.kind !== 'linearized') throw new Error('equal versions have a difference of 0');
      expect(found.value).toBe(0);
      widths.push(found.standardError);
    }
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(20, 6);
  });

  test('below most times is uncomputable, and says what it cuts', async () => {
    const metric = cappedMetric(latency, 11);
    for (const measurer of await measurersOf(timed, metric)) {
      expect(await measurer.measure({ metric, comparison: 'paired', slice: whole }, 'difference')).toEqual({
        kind: 'uncomputable',
        reason: 'baseline: the cap is below 60% of its requests; raise it',
      });
    }
  });
});

describe('a capped KPI', () => {
  const metric = cappedMetric({ id: 'kpi.revenue', family: 'kpi', field: 'revenue' }, 50);
  const subject = { metric, comparison: 'served', slice: { cohort: 'canary', segment: null } } as const;

  test('has a floor of its cap on either side', async () => {
    for (const measurer of await measurersOf(
      split((unit) => (unit < 10 ? 1000 : 1)),
      metric,
    )) {
      const found = await measurer.measure(subject, 'difference');
      expect(found).toMatchObject({ baseline: (5 * 50 + 95) / 100, candidate: (5 * 50 + 95) / 100, value: 0 });
      expect(found).toMatchObject({ floorVariance: expect.closeTo(2 * ((2 * 50) / 100) ** 2, 12) });
      expect(estimateAt(found, settings).kind).toBe('estimated');
    }
  });

  test('of a number below 0 is uncomputable, since the cap bounds only what is above', async () => {
    const [measurer] = await measurersOf(
      split((unit) => (unit === 0 ? -5 : 1)),
      metric,
    );
    expect(await measurer?.measure(subject, 'difference')).toMatchObject({
      reason: expect.stringContaining('below 0, where cap bounds only what is above'),
    });
  });
});

function split(revenue: (unit: number) => number): JudgedRow[] {
  return Array.from({ length: 200 }, (_, unit) => ({
    unit,
    revenue: revenue(unit),
    inCanary: unit % 2 === 0,
    ...(unit % 2 === 0 ? { candidate: { label: 'a' } } : { baseline: { label: 'a' } }),
  }));
}
