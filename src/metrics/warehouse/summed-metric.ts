import type { Metric } from '../../domain/metric.ts';
import { type Role, roles } from '../../domain/role.ts';

/** A metric whose sums a warehouse can add up as whole numbers, as SQL over the columns of the query's `answers`. */
export interface SummedMetric {
  readonly id: string;
  /** Condition under which a request counts for one version alone, and for both. */
  readonly domain: (role: Role) => string;
  readonly paired: string;
  /** Only requests with this true label count. */
  readonly trueLabel?: string;
  /** Value of a request that counts, a whole number. */
  readonly value: (role: Role) => string;
  /** Condition under which a request that counts is worth more than the cap. */
  readonly isCut?: (role: Role) => string;
  /** Whether every value is 0 or 1, so that units are few kinds and are told by kind. */
  readonly events: boolean;
}

const nanosecondsPerMs = 1e6;
/** A truth that is not a label counts as one that nobody gave as an answer. */
const isCounted = (role: Role) => `(truth_written = 1 AND (${role}_label IS NOT NULL OR ${role}_failed = 1))`;
const isTimed = (role: Role) => `(${role}_ns IS NOT NULL)`;
const isThere = (role: Role) => `(${role}_there = 1)`;
const bothLabels = '(baseline_label IS NOT NULL AND candidate_label IS NOT NULL)';
const both = (condition: (role: Role) => string) => roles.map(condition).join(' AND ');

/** What a warehouse adds up of a metric; undefined for one of which sums by user are not enough, or are not told. */
export function summedMetric(metric: Metric): SummedMetric | undefined {
  const { id } = metric;
  switch (metric.family) {
    case 'error_rate':
      return {
        id,
        domain: isThere,
        paired: both(isThere),
        value: (role) => `${role}_failed`,
        events: true,
      };
    case 'accuracy':
      return { ...accuracy, id };
    case 'recall':
      return { ...accuracy, id, trueLabel: metric.label };
    case 'agreement':
      return {
        id,
        domain: () => bothLabels,
        paired: bothLabels,
        value: (role) => `CASE WHEN ${role}_label = baseline_label THEN 1 ELSE 0 END`,
        events: true,
      };
    case 'latency':
      return metric.statistic === 'mean' ? latency(id, metric.cap) : undefined;
    default:
      return undefined;
  }
}

const accuracy = { domain: isCounted, paired: both(isCounted), value: isRight, events: true };

function isRight(role: Role): string {
  return `CASE WHEN ${role}_label = truth THEN 1 ELSE 0 END`;
}

function latency(id: string, cap: number | undefined): SummedMetric {
  const most = cap === undefined ? undefined : Math.round(cap * nanosecondsPerMs);
  return {
    id,
    domain: isTimed,
    paired: both(isTimed),
    value: (role) =>
      most === undefined ? `${role}_ns` : `CASE WHEN ${role}_ns > ${most} THEN ${most} ELSE ${role}_ns END`,
    ...(most === undefined ? {} : { isCut: (role) => `${role}_ns > ${most}` }),
    events: false,
  };
}
