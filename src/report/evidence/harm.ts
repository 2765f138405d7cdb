import type { Comparison, ComparisonNumbers } from '../../domain/evidence.ts';
import { metricTraits, parseMetric } from '../../domain/metric.ts';
import { nameInPlan } from '../../domain/statistics/bounded-metric.ts';

/**
 * Comparisons of one metric, worst first: by the harm that the data prove (the harmless end of the interval), then
 * those without an interval by their observed change, then those without a number.
 */
export function worstFirst(comparisons: readonly Comparison[]): Comparison[] {
  const ranked = comparisons.map((comparison) => ({ comparison, rank: harmRank(comparison) }));
  return ranked
    .toSorted((a, b) => a.rank.tier - b.rank.tier || b.rank.harm - a.rank.harm)
    .map(({ comparison }) => comparison);
}

function harmRank(comparison: Comparison): { readonly tier: number; readonly harm: number } {
  if (!isComputed(comparison)) return { tier: 2, harm: 0 };
  const metric = parseMetric(nameInPlan(comparison.metric));
  const direction = metric === undefined ? 'either' : metricTraits(metric).worse;
  // A metric without a harmful direction, or that this version does not know: the size of its change stands in.
  const worse = direction === 'either' ? Math.sign(comparison.delta) : direction === 'higher' ? 1 : -1;
  const proven = worse < 0 ? comparison.high : comparison.low;
  return proven === undefined ? { tier: 1, harm: worse * comparison.delta } : { tier: 0, harm: worse * proven };
}

/** A comparison that has numbers. */
export function isComputed(comparison: Comparison): comparison is Comparison & ComparisonNumbers {
  return !('uncomputable' in comparison);
}
