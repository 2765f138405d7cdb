import type { Metric } from './metric.ts';

/** What holds no requests but numbers per version: those of a dashboard or a paper, and those that keep metrics: a server that is asked, a file of its answers. */
export const numberFormats = ['aggregates', 'prometheus', 'cloudwatch'] as const;
export type NumberFormat = (typeof numberFormats)[number];

/** Whether a format of a plan's `requests` holds numbers instead of requests. */
export function holdsNumbers(format: string | undefined): format is NumberFormat {
  return numberFormats.some((each) => each === format);
}

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
