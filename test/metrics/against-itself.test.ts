import { expect, test } from 'vitest';
import { estimateAt } from '../../src/metrics/table/estimate.ts';
import type { JudgedRow } from './judged-rows.ts';
import { measure } from './measure.ts';
import { casesOf } from '../fixtures/tiers.ts';

const settings = { alphaLower: 0.05 / 20, alphaUpper: 0.05, inference: 'sequential', plannedUnits: 1000 } as const;

/** Requests of a user each, which both versions answer alike. */
function alike(requests: number, comparison: 'paired' | 'served', constant: boolean): JudgedRow[] {
  return Array.from({ length: requests }, (_, unit) => {
    const noise = constant ? 0.5 : ((unit * 37) % 101) / 101;
    const positive = unit % 3 === 0;
    const outcome = {
      label: positive ? 'b' : 'a',
      latencyMs: 10 + noise,
      value: unit + noise,
      true_score: 0.9 - 0.5 * noise,
      positive_score: noise,
    };
    const truth = { label: positive ? 'b' : 'a', isPositive: positive };
    const inCanary = unit % 2 === 0;
    if (comparison === 'paired') return { unit, ...truth, baseline: outcome, candidate: outcome };
    return { unit, ...truth, inCanary, ...(inCanary ? { candidate: outcome } : { baseline: outcome }) };
  });
}

/** The labels of a regression are numbers. */
function numeric(rows: readonly JudgedRow[]): JudgedRow[] {
  return rows.map((row) => ({ ...row, label: String(row.unit) }));
}

const metrics = [
  ['accuracy', 0.05],
  ['error_rate', 0.05],
  ['macro_f1', 0.1],
  ['latency.mean', 1],
  ['log_loss', 0.3],
  ['mae', 0.2],
  ['rmse', 0.2],
  ['auc', 0.2],
  ['pr_auc', 0.6],
  ['recall(b)', 0.05],
  ['precision(b)', 0.05],
] as const;

test.each(casesOf(metrics, 2))(
  '%s of a version against itself is a difference of 0 that passes with enough requests',
  async (id, bound) => {
    for (const constant of [false, true]) {
      const rows = alike(3000, 'paired', constant);
      const measured = await measure(id === 'mae' || id === 'rmse' ? numeric(rows) : rows, id);
      const estimate = estimateAt(measured, settings, bound);
      if (estimate.kind !== 'estimated') throw new Error(estimate.reason);
      expect(estimate.value).toBe(0);
      expect(estimate.low).toBeLessThan(0);
      expect(estimate.high).toBeGreaterThan(0);
      expect(estimate.high).toBeLessThanOrEqual(bound);
    }
  },
);

test.each(['mae', 'rmse'])(
  '%s that is the same on every request is none of two groups that cannot be compared',
  async (id) => {
    const measured = await measure(numeric(alike(400, 'served', true)), id, 'difference', 'served');
    expect(measured).toMatchObject({ kind: 'linearized', value: 0 });
  },
);
