import type { Metric } from '../../domain/metric.ts';
import { type Role, roles } from '../../domain/role.ts';

/** A metric whose sums a warehouse can add up as whole numbers, as SQL over the columns of the query's `answers`. */
export type SummedMetric = SummedEvents | SummedTimes;

/** Every value is 0 or 1, so that units are few kinds and are told by kind. */
export interface SummedEvents {
  readonly kind: 'events';
  readonly id: string;
  /** Condition under which a request counts for one version alone, and for both. */
  readonly domain: (role: Role) => string;
  readonly paired: string;
  /** Only requests with this true label count. */
  readonly trueLabel?: string;
  /** Condition under which a request that counts is worth 1. */
  readonly happened: (role: Role) => string;
}

/** A request is worth its time in ns, or at most so many. */
export interface SummedTimes {
  readonly kind: 'times';
  readonly id: string;
  readonly most?: number;
}

const nanosecondsPerMs = 1e6;
/** A truth that is not a label counts as one that nobody gave as an answer. */
const isCounted = (role: Role) => `(truth_written = 1 AND (${role}_label IS NOT NULL OR ${role}_failed = 1))`;
const isThere = (role: Role) => `${role}_there = 1`;
const isRight = (role: Role) => `${role}_label = truth`;
const bothLabels = '(baseline_label IS NOT NULL AND candidate_label IS NOT NULL)';
const both = (condition: (role: Role) => string) => roles.map(condition).join(' AND ');

/** What a warehouse adds up of a metric; undefined for one of which sums by user are not enough, or are not told. */
export function summedMetric(metric: Metric): SummedMetric | undefined {
  const { id } = metric;
  switch (metric.family) {
    case 'error_rate':
      return { kind: 'events', id, domain: isThere, paired: both(isThere), happened: (role) => `${role}_failed = 1` };
    case 'accuracy':
      return { ...accuracy, id };
    case 'recall':
      return { ...accuracy, id, trueLabel: metric.label };
    case 'agreement':
      return {
        kind: 'events',
        id,
        domain: () => bothLabels,
        paired: bothLabels,
        happened: (role) => `${role}_label = baseline_label`,
      };
    case 'latency':
      return metric.statistic === 'mean' ? times(id, metric.cap) : undefined;
    default:
      return undefined;
  }
}

const accuracy = { kind: 'events', domain: isCounted, paired: both(isCounted), happened: isRight } as const;

function times(id: string, cap: number | undefined): SummedTimes {
  return { kind: 'times', id, ...(cap === undefined ? {} : { most: Math.round(cap * nanosecondsPerMs) }) };
}
