import { formatCount } from '../domain/format-number.ts';
import type { Metric } from '../domain/metric.ts';
import { metricTraits } from '../domain/metric.ts';
import { meanMetricOf } from './families/definitions.ts';
import type { RoleNumber } from './role-number.ts';

/** Dashboards round: values by a part of themselves, and shares to a tenth of a percentage point. */
const rounding = { relative: 0.05, share: 0.0005, count: 0.05 };

/** Segments that have so much of the whole's requests are the whole. */
const wholeFrom = 0.999;

/**
 * Why a version's whole cannot be made of the segments of a dimension that it is told beside: they have more requests, or another mean or percentile; undefined where it can. A part that
 * no segment covers may be anything that the metric can be.
 * @param write a value of the metric as a person reads it
 */
export function contradictionOf(
  metric: Metric,
  whole: RoleNumber,
  parts: readonly RoleNumber[],
  { dimension, write }: { readonly dimension: string; readonly write: (value: number) => string },
): string | undefined {
  const counts = parts.flatMap(({ count }) => count ?? []);
  if (whole.count === undefined || parts.length === 0 || counts.length < parts.length) return undefined;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const named = `the ${dimension}s of the ${whole.role}`;
  if (all > (1 + rounding.count) * whole.count)
    return `${named} have ${formatCount(all)} requests together, and the whole has ${formatCount(whole.count)}`;
  const covered = Math.min(1, all / whole.count);
  const says = `and the whole says ${write(whole.value)}`;
  if (isMean(metric)) {
    const mean = parts.reduce((sum, { value }, index) => sum + value * (counts[index] ?? 0), 0) / all;
    const least = covered * mean;
    const most = metricTraits(metric).zeroOne ? least + (1 - covered) : covered >= wholeFrom ? mean : Infinity;
    return isWithin(metric, whole.value, least, most) ? undefined : `${named} come to ${write(mean)} together, ${says}`;
  }
  if (covered < wholeFrom || metric.family !== 'latency') return undefined;
  const values = parts.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (isWithin(metric, whole.value, least, most)) return undefined;
  return `${named} are between ${write(least)} and ${write(most)}, ${says}`;
}

function isMean(metric: Metric): boolean {
  return metricTraits(metric).zeroOne || meanMetricOf(metric) !== undefined;
}

function isWithin(metric: Metric, value: number, least: number, most: number): boolean {
  const slack = metricTraits(metric).zeroOne ? rounding.share : 0;
  const spare = (limit: number) => rounding.relative * Math.abs(limit) + slack;
  return value >= least - spare(least) && value <= most + spare(most);
}
