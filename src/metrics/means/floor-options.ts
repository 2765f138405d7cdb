import type { FloorOptions } from '../../stats/sums/contribution-sums.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import type { ValuesSeen } from './sum-columns.ts';

/**
 * What a mean may hide that no request has shown yet: the floor of proportions for one that is made of 0 and 1, else that of its range.
 * Values that turned out to be 0 and 1 so far are no promise of a metric that has a range of its own.
 * @param zeroOne whether the metric promises that every request contributes 0 or 1.
 */
export function floorOptions(
  { zeroOne, definition }: { readonly zeroOne: boolean; readonly definition: MeanMetric },
  seen: ValuesSeen,
): FloorOptions {
  const { range, rangeSeen, root = false } = definition;
  if (zeroOne || (range === undefined && !root && seen.zeroOne)) return { zeroOne: true };
  if (rangeSeen === undefined) return { range };
  const larger = Math.max(range ?? 0, seen.largest);
  // Where nothing was wrong yet, one in the values' own unit stands in, as it does for a mean of numbers that are all 0.
  if (root && larger === 0) return { range: 1 };
  return { range: larger > 0 ? larger : undefined };
}
