/** A metric that a guardrail can bound, parsed from its name in the plan. */
export type Metric =
  | { readonly id: string; readonly family: 'latency'; readonly statistic: 'mean' }
  | { readonly id: string; readonly family: 'latency'; readonly statistic: 'quantile'; readonly probability: number }
  | { readonly id: 'error_rate'; readonly family: 'error_rate' }
  | { readonly id: 'accuracy'; readonly family: 'accuracy' }
  | { readonly id: 'agreement'; readonly family: 'agreement' };

/** What a bound may say of a metric, and how its numbers are written. */
export interface MetricTraits {
  /** The direction that harms users. */
  readonly worse: 'higher' | 'lower';
  readonly unit: 'ms' | 'proportion';
  /** Whether every request contributes 0 or 1, so that the rare-event methods apply. */
  readonly zeroOne: boolean;
  /** What the metric is about; a plan without one guardrail of each kind is warned about. */
  readonly concern: 'latency' | 'errors' | 'quality';
  /** False for a metric that has no value of the baseline to compare with (agreement is with the baseline). */
  readonly hasBaseline: boolean;
}

/** The names that a plan may use, as help and error messages list them. */
export const metricNames: readonly string[] = [
  'latency.mean',
  'latency.p50',
  'latency.p90',
  'latency.p95',
  'latency.p99',
  'error_rate',
  'accuracy',
  'agreement',
];

const lowestQuantile = 50;
const highestQuantile = 99.9;

/**
 * Reads a metric's name.
 * @param id such as `latency.p95` (any percentile from 50 to 99.9), `error_rate`, `accuracy`.
 * @returns the metric, or undefined when no metric has that name.
 */
export function parseMetric(id: string): Metric | undefined {
  if (id === 'latency.mean') return { id, family: 'latency', statistic: 'mean' };
  if (id === 'error_rate' || id === 'accuracy' || id === 'agreement') return metricWithoutArgument(id);
  const percentile = /^latency\.p(\d{1,2}(?:\.\d{1,3})?)$/u.exec(id)?.[1];
  if (percentile === undefined) return undefined;
  const percent = Number(percentile);
  if (percent < lowestQuantile || percent > highestQuantile) return undefined;
  // Divided once, so that p99.9 is the double nearest to 0.999.
  return { id, family: 'latency', statistic: 'quantile', probability: percent / 100 };
}

function metricWithoutArgument(id: 'error_rate' | 'accuracy' | 'agreement'): Metric {
  switch (id) {
    case 'error_rate':
      return { id, family: 'error_rate' };
    case 'accuracy':
      return { id, family: 'accuracy' };
    case 'agreement':
      return { id, family: 'agreement' };
  }
}

/** The direction, unit and concern of a metric. */
export function metricTraits(metric: Metric): MetricTraits {
  switch (metric.family) {
    case 'latency':
      return { worse: 'higher', unit: 'ms', zeroOne: false, concern: 'latency', hasBaseline: true };
    case 'error_rate':
      return { worse: 'higher', unit: 'proportion', zeroOne: true, concern: 'errors', hasBaseline: true };
    case 'accuracy':
      return { worse: 'lower', unit: 'proportion', zeroOne: true, concern: 'quality', hasBaseline: true };
    case 'agreement':
      return { worse: 'lower', unit: 'proportion', zeroOne: true, concern: 'quality', hasBaseline: false };
  }
}
