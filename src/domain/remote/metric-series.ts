import type { LatencyUnit } from '../log/latency-field.ts';
import type { Metric } from '../metric.ts';
import { nameInPlan } from '../statistics/bounded-metric.ts';
import type { FromEnvironment } from './secret.ts';

/** How the values of several series of one version become one. */
export const gaugeAggregates = ['max', 'min', 'mean', 'sum'] as const;
export type GaugeAggregate = (typeof gaugeAggregates)[number];

/** By what series a metric is told. Times are in `unit`. */
export type MetricSeries =
  /** Two counters: what was bad, and all. */
  | { readonly kind: 'share'; readonly bad: string; readonly total: string }
  /** A counter per bucket edge, by the name that they share. */
  | { readonly kind: 'histogram'; readonly histogram: string; readonly unit: LatencyUnit }
  /** Two counters: what the values come to, and how many there are. */
  | { readonly kind: 'mean'; readonly sum: string; readonly count: string; readonly unit?: LatencyUnit }
  /** A value as it stands at the end of the window. */
  | {
      readonly kind: 'gauge';
      readonly gauge: string;
      readonly aggregate: GaugeAggregate;
      readonly unit?: LatencyUnit;
    };

/** A metric, or `latency` for all that a histogram of times tells, and its series. */
export interface NamedSeries {
  readonly name: string;
  readonly series: MetricSeries;
}

/** One number per version, by an expression of the server's own language. */
export interface NumberQuery {
  readonly name: string;
  readonly query: string;
  readonly unit?: LatencyUnit;
}

/** Which series tell which metrics of which version. */
interface MetricSource<Series extends MetricSeries = MetricSeries> {
  readonly series: readonly (NamedSeries & { readonly series: Series })[];
  /** Whether each request counts as another user's. */
  readonly independent?: true;
}

/** A server that answers as Prometheus does. */
export interface PrometheusSource extends MetricSource {
  /** Where it answers, without `/api/v1`. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: FromEnvironment;
  readonly user?: FromEnvironment;
  readonly password?: FromEnvironment;
  /** The label whose values are versions or aliases. */
  readonly versionLabel: string;
  /** How far the counts reach back, in ms; since the weight of now is in force where absent. */
  readonly windowMs?: number;
  readonly queries: readonly NumberQuery[];
}

/** Answers of CloudWatch, which keeps no buckets; series are ids of queries, in which `$role` stands for `baseline` and `candidate`. */
export type CloudwatchSource = MetricSource<Exclude<MetricSeries, { kind: 'histogram' }>>;

/** The series that tell a metric: its own, or those of every latency. */
export function seriesFor<Named extends NamedSeries>(
  { series }: { readonly series: readonly Named[] },
  { id, family }: Metric,
): Named | undefined {
  return (
    series.find(({ name }) => name === nameInPlan(id)) ??
    (family === 'latency' ? series.find(({ name }) => name === 'latency') : undefined)
  );
}
