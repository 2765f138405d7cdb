import { type Metric, metricTraits } from '../../domain/metric.ts';
import { meanMetricOf } from '../families/definitions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/** A metric that is a mean, as the tables of sums know it. */
export interface NamedMean {
  readonly id: string;
  readonly family: Metric['family'];
  readonly definition: MeanMetric;
  /** Whether the metric promises that every request contributes 0 or 1; the data may show it of others. */
  readonly zeroOne: boolean;
}

/** Those of some metrics that are means, by their names. */
export function namedMeans(metrics: readonly Metric[]): ReadonlyMap<string, NamedMean> {
  return new Map(
    metrics.flatMap((metric) => {
      const definition = meanMetricOf(metric);
      return definition === undefined ? [] : [[metric.id, namedMean(metric, definition)] as const];
    }),
  );
}

export function namedMean(metric: Metric, definition: MeanMetric): NamedMean {
  return { id: metric.id, family: metric.family, definition, zeroOne: metricTraits(metric).zeroOne };
}
