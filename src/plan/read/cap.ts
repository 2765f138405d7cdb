import type { Metric } from '../../domain/metric.ts';
import { type CappedMetric, cappedMetric } from '../../domain/statistics/bounded-metric.ts';
import { milliseconds, misreading, parseQuantity, reading, type Reading, shown } from './quantity.ts';

/**
 * Reads a guardrail's `cap`, above which no request counts for more: a time for `latency.mean`, a number above 0 for a KPI.
 * @returns the metric with its cap.
 */
export function readCap(metric: Metric, written: unknown): Reading<CappedMetric> {
  if (metric.family === 'latency' && metric.statistic === 'mean') {
    const cap = readTimeCap(written);
    return cap.ok ? reading(cappedMetric(metric, cap.value)) : cap;
  }
  if (metric.family === 'kpi') {
    const cap = readNumberCap(metric.id, written);
    return cap.ok ? reading(cappedMetric(metric, cap.value)) : cap;
  }
  return misreading(
    `${metric.id} has no rare large values for a cap to cut`,
    'leave cap out; it is for latency.mean and kpi.NAME',
  );
}

function readTimeCap(written: unknown): Reading<number> {
  const quantity = parseQuantity(written);
  const example = 'write a time such as cap: 500ms';
  if (quantity === undefined) return misreading(`${shown(written)} is not a time`, example);
  const cap = milliseconds(quantity);
  if (cap === undefined) {
    const problem = quantity.unit === '' ? `${quantity.digits} has no unit` : `${shown(written)} has an unknown unit`;
    return misreading(problem, `write ${quantity.digits}ms or ${quantity.digits}s`);
  }
  return cap > 0 ? reading(cap) : misreading(`${shown(written)} is not above zero`, example);
}

function readNumberCap(name: string, written: unknown): Reading<number> {
  const quantity = parseQuantity(written);
  const example = 'write a number above 0 such as cap: 200, the most that one request may count for';
  if (quantity === undefined) return misreading(`${shown(written)} is not a number`, example);
  if (quantity.unit !== '') {
    return misreading(`${shown(written)} has a unit, but ${name} has none`, `write ${quantity.digits}`);
  }
  const cap = Number(quantity.digits);
  return cap > 0 ? reading(cap) : misreading(`${shown(written)} is not above zero`, example);
}
