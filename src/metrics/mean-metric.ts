import type { Metric } from '../domain/metric.ts';
import type { Role } from './judged-table.ts';
import { accuracy } from './accuracy.ts';
import { agreement } from './agreement.ts';
import { errorRate } from './error-rate.ts';
import { latencyMean } from './latency-mean.ts';

/**
 * A metric that is a mean over requests, as SQL over the table `judged`. Values are whole numbers, so that their sums
 * are exact in any order; `divisor` brings the sum to the metric's unit.
 */
export interface MeanMetric {
  /** Condition under which a request counts for one version alone. */
  domain(role: Role): string;
  /** Condition under which a request counts for the two versions compared on it. */
  readonly pairedDomain: string;
  /** Whole-number value of a request that counts. */
  value(role: Role): string;
  readonly divisor: number;
  /** Why there is no number, where no request counts. */
  readonly absent: string;
}

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
