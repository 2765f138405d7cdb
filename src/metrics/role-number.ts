import type { ToldNumber } from '../domain/told-number.ts';
import { type Metric, metricTraits } from '../domain/metric.ts';
import type { Role } from '../domain/role.ts';
import { type BucketedQuantile, bucketedQuantile, type Histogram } from '../stats/bounds/bucketed-quantile.ts';
import type { ToldMean } from '../stats/estimates/told-group.ts';
import type { Refusal } from '../stats/result.ts';
import { influenceMetricOf, meanMetricOf } from './families/definitions.ts';
import { onePerReplay } from './memory-measurer.ts';

/** A number of one of the two versions. */
export interface RoleNumber extends ToldNumber {
  readonly role: Role;
  /** Of a latency's percentile, how many requests lie above which edges, in ms. */
  readonly histogram?: Histogram;
}

/** A number that there should be and is not, and why, as a clause. */
export interface UntoldNumber {
  readonly metric: Metric;
  readonly role: Role;
  readonly why: string;
}

/** The percentile that a histogram tells; its requests count as pieces of evidence only where they are said to be. */
export function bucketedOf(metric: Metric, { histogram, independent, role }: RoleNumber): BucketedQuantile | undefined {
  if (histogram === undefined || metric.family !== 'latency' || metric.statistic !== 'quantile') return undefined;
  const quantile = bucketedQuantile(histogram, metric.probability);
  return independent === true
    ? quantile
    : { ...quantile, boundsAt: () => unboundable(untoldUnits(histogram.count, role)) };
}

/** What an interval can be made from, or why there is none. */
export function toldMeanOf(metric: Metric, number: RoleNumber): (ToldMean & { readonly kind: 'told' }) | Refusal {
  const { value: mean, count, units, variance, role } = number;
  const hopeless = noIntervalOf(metric);
  if (hopeless !== undefined) return unboundable(hopeless);
  const pieces = units ?? (number.independent === true ? count : undefined);
  if (pieces === undefined) return unboundable(untoldUnits(count, role));
  const size = { requests: count ?? pieces, units: pieces };
  if (metricTraits(metric).zeroOne) return { kind: 'told', mean, ...size };
  return variance === undefined
    ? unboundable(`the numbers do not say the variance of the ${role}'s ${metric.id}`)
    : { kind: 'told', mean, variance, range: meanMetricOf(metric)?.range, ...size };
}

/** Requests of one user resemble each other: taken for evidence of their own, a few users' would prove anything. */
function untoldUnits(count: number | undefined, role: Role): string {
  return count === undefined
    ? `the numbers do not say how many requests the ${role} had`
    : `the numbers do not say how many users made the ${role}'s requests; write units, or independent: true where each request is of another user`;
}

/** Why count and variance do not tell how certain a metric is; undefined where they do. */
function noIntervalOf(metric: Metric): string | undefined {
  if (metric.family === 'latency' && metric.statistic === 'quantile')
    return 'the interval of a percentile needs the times themselves; write test: point, or name a log';
  if (metric.family === 'memory') return onePerReplay;
  if (influenceMetricOf(metric) !== undefined)
    return `the interval of ${metric.id} needs the requests themselves; write test: point, or name a log`;
  return undefined;
}

function unboundable(reason: string): Refusal {
  return { kind: 'refused', reason, unboundable: true };
}
