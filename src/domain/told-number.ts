import type { Metric } from './metric.ts';

/** What one version came to in one metric, told by a dashboard or a paper instead of by its requests. */
export interface ToldNumber {
  readonly metric: Metric;
  /** As written: `baseline`, `candidate`, a version or an alias. */
  readonly version: string;
  /** Dimension to value; null for the whole. */
  readonly segment: Readonly<Record<string, string>> | null;
  /** In the metric's unit: ms, a proportion, or a plain number. */
  readonly value: number;
  /** Requests that the value is about. */
  readonly count?: number;
  /** Users who made them. */
  readonly units?: number;
  /** Whether each request is evidence of its own, as where every user made one. */
  readonly independent?: true;
  /** Of one request's value, in the metric's unit squared; at least 0. */
  readonly variance?: number;
}
