import { type Metric, parseMetric } from '../../src/domain/metric.ts';
import type { Measured } from '../../src/metrics/table/estimate.ts';
import { TableMeasurer } from '../../src/metrics/measurer.ts';
import type { TestedQuantity } from '../../src/metrics/table/subject.ts';
import type { Linearized } from '../../src/stats/estimates/linearized.ts';
import { judgedDatabase, type JudgedRow } from './judged-rows.ts';

export function metricOf(id: string): Metric {
  const parsed = parseMetric(id);
  if (parsed === undefined) throw new Error(`no metric ${id}`);
  return parsed;
}

/** Measures a metric on rows written by hand. */
export async function measure(
  rows: readonly JudgedRow[],
  id: string,
  quantity: TestedQuantity = 'difference',
  comparison: 'paired' | 'served' = 'paired',
): Promise<Measured> {
  const judged = { db: await judgedDatabase(rows), name: 'judged' };
  const metric = metricOf(id);
  const measurer = await TableMeasurer.over(judged, [metric]);
  const cohort = comparison === 'paired' ? 'all' : 'canary';
  return await measurer.measure({ metric, comparison, slice: { cohort, segment: null } }, quantity);
}

/** The estimate, where the test expects one. */
export function linearized(measured: Measured): Linearized {
  if (measured.kind === 'linearized') return measured;
  throw new Error(measured.kind === 'uncomputable' ? measured.reason : measured.kind);
}
