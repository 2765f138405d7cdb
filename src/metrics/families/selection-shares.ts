import type { Metric } from '../../domain/metric.ts';

/** What the check `selection` asks of a metric, and of pairs with labels. */
export const labelledAlike: Metric = { id: 'labelled, of like answers', family: 'labelled', answers: 'alike' };
export const labelledDifferent: Metric = {
  id: 'labelled, of different answers',
  family: 'labelled',
  answers: 'different',
};

/** The share of requests that a metric leaves out; undefined for one that is not over requests. */
export function leftOutOf(metric: Metric): Metric | undefined {
  return metric.family === 'memory' ? undefined : { id: `left out of ${metric.id}`, family: 'left_out', of: metric };
}

/** Of what it leaves out of one version of a pair alone, the share of that version. */
export function leftOutAloneOf(metric: Metric): Metric | undefined {
  return metric.family === 'memory'
    ? undefined
    : { id: `left out of ${metric.id} alone`, family: 'left_out_alone', of: metric };
}

/** Metrics that only requests whose truth is known can have. */
export function needsTruth({ family }: Metric): boolean {
  return !['latency', 'error_rate', 'agreement', 'memory', 'kpi'].includes(family);
}

/** Every share that is asked of some metrics. */
export function selectionShares(metrics: readonly Metric[], comparison: 'paired' | 'served'): readonly Metric[] {
  const shares = metrics.flatMap((metric) => {
    const asked = comparison === 'paired' ? [leftOutOf(metric), leftOutAloneOf(metric)] : [leftOutOf(metric)];
    return asked.filter((share) => share !== undefined);
  });
  const labels = comparison === 'paired' && metrics.some(needsTruth) ? [labelledAlike, labelledDifferent] : [];
  return [...shares, ...labels];
}
