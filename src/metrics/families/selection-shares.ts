import type { ComparisonKind } from '../../domain/evidence.ts';
import { type Metric, metricTraits } from '../../domain/metric.ts';

/** What the check `selection` asks of a metric, and of pairs with labels. */
export const labelledAlike: Metric = { id: 'labelled, of like answers', family: 'labelled', answers: 'alike' };
export const labelledDifferent: Metric = {
  id: 'labelled, of different answers',
  family: 'labelled',
  answers: 'different',
};

/** The share of requests that a metric leaves out, which some metrics have in common; undefined for one that is not over requests. */
export function leftOutOf(metric: Metric, comparison: ComparisonKind): Metric | undefined {
  if (metric.family === 'memory') return undefined;
  return {
    id: `left out of ${metricTraits(metric).leavesOutAs ?? metric.id}`,
    family: 'left_out',
    of: metric,
    comparison,
  };
}

/** Every share that is asked of some metrics, each once. */
export function selectionShares(metrics: readonly Metric[], comparison: ComparisonKind): readonly Metric[] {
  const shares = metrics.map((metric) => leftOutOf(metric, comparison)).filter((share) => share !== undefined);
  const labels =
    comparison === 'paired' && metrics.some((metric) => metricTraits(metric).truth)
      ? [labelledAlike, labelledDifferent]
      : [];
  return [...new Map([...shares, ...labels].map((share) => [share.id, share])).values()];
}
