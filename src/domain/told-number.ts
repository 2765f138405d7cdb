import { logFormats } from './log/log-format.ts';
import type { Metric } from './metric.ts';

/** What holds no requests but numbers per version: those of a dashboard or a paper, and those that keep metrics: a server that is asked, a file of its answers; and the sums by user that a warehouse added up. */
export const numberFormats = ['aggregates', 'prometheus', 'cloudwatch', 'sums'] as const;
export type NumberFormat = (typeof numberFormats)[number];

/** What a source holds: a log of requests in one of its formats, or no requests but numbers. */
export const requestFormats = [...logFormats, ...numberFormats] as const;
export type RequestFormat = (typeof requestFormats)[number];

/** Whether a format of a plan's `requests` holds numbers instead of requests. */
export function holdsNumbers(format: string | undefined): format is NumberFormat {
  return numberFormats.some((each) => each === format);
}

/** Whether the numbers are what each version came to, of which nothing tells the users' own. */
export function holdsVersionNumbers(format: string | undefined): format is Exclude<NumberFormat, 'sums'> {
  return holdsNumbers(format) && format !== 'sums';
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
