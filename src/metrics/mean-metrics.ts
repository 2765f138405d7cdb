import type { Metric } from '../domain/metric.ts';
import { accuracy } from './accuracy.ts';
import { agreement } from './agreement.ts';
import { errorRate } from './error-rate.ts';
import { latencyMean } from './latency-mean.ts';
import type { MeanMetric } from './mean-metric.ts';

/** The definition of a mean-type metric; undefined for a metric that needs single requests. */
export function meanMetricOf(metric: Metric): MeanMetric | undefined {
  switch (metric.family) {
    case 'latency':
      return metric.statistic === 'mean' ? latencyMean : undefined;
    case 'error_rate':
      return errorRate;
    case 'accuracy':
      return accuracy;
    case 'agreement':
      return agreement;
  }
}
