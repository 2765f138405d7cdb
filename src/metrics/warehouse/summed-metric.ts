import type { Metric } from '../../domain/metric.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { SumsPart } from '../means/unit-groups.ts';

/** A metric whose sums a warehouse can add up as whole numbers, as SQL over the columns of the query's `answers`. */
export type SummedMetric = SummedEvents | SummedTimes | SummedUntimed;

/** Every value is 0 or 1, so that units are few kinds and are told by kind. */
export interface SummedEvents {
  readonly kind: 'events';
  readonly id: string;
  readonly parts: readonly SumsPart[];
  /** Condition under which a request counts for one version alone, and for both. */
  readonly domain: (role: Role) => string;
  readonly paired: string;
  /** Only requests with this true label count; with `orNone`, those whose truth is not written too. */
  readonly trueLabel?: { readonly label: string; readonly orNone: boolean };
  /** Condition under which a request that counts is worth 1. */
  readonly happened: (role: Role) => string;
}

/** A request is worth its time in ns, or at most so many. */
export interface SummedTimes {
  readonly kind: 'times';
  readonly id: string;
  readonly most?: number;
}

/** The requests whose times are known of one version alone, of those of which they are of either. */
export interface SummedUntimed {
  readonly kind: 'untimed';
  readonly id: string;
}

export const sumsParts = ['pair', 'baseline', 'candidate'] as const;

const nanosecondsPerMs = 1e6;
/** A truth that is not a label counts as one that nobody gave as an answer. */
const isCounted = (role: Role) => `(truth_written = 1 AND (${role}_label IS NOT NULL OR ${role}_failed = 1))`;
const isThere = (role: Role) => `${role}_there = 1`;
const isRight = (role: Role) => `${role}_label = truth`;
const isNone = (role: Role) => `${role}_label IS NULL`;
const bothLabels = '(baseline_label IS NOT NULL AND candidate_label IS NOT NULL)';
const both = (condition: (role: Role) => string) => roles.map(condition).join(' AND ');

/** What a warehouse adds up of a metric; undefined for one of which sums by user are not enough, or are not told. */
export function summedMetric(metric: Metric): SummedMetric | undefined {
  const { id } = metric;
  switch (metric.family) {
    case 'error_rate':
      return { ...share, id, domain: isThere, paired: both(isThere), happened: (role) => `${role}_failed = 1` };
    case 'accuracy':
      return { ...accuracy, id };
    case 'recall':
      return { ...accuracy, id, trueLabel: { label: metric.label, orNone: false } };
    case 'agreement':
      return {
        ...share,
        id,
        domain: () => bothLabels,
        paired: bothLabels,
        happened: (role) => `${role}_label = baseline_label`,
      };
    case 'latency':
      return metric.statistic === 'mean' ? times(id, metric.cap) : undefined;
    case 'left_out':
      return metric.of.family === 'latency' ? { kind: 'untimed', id } : leftOut(id, metric.of);
    case 'labelled':
      return labelled(id, metric.answers);
    default:
      return undefined;
  }
}

/** The requests of which a metric knows one version alone, of those that it should know of both. Nobody asks what the baseline leaves out by itself. */
function leftOut(id: string, of: Metric): SummedEvents | undefined {
  const metric = summedMetric(of);
  if (metric?.kind !== 'events') return undefined;
  const { domain, trueLabel } = metric;
  const counts = (role: Role) => (of.family === 'agreement' ? `${role}_label IS NOT NULL` : domain(role));
  const missing = (role: Role) => `CASE WHEN ${counts(role)} THEN 0 ELSE 1 END`;
  const paired = '(baseline_there = 1 OR candidate_there = 1)';
  return {
    kind: 'events',
    id,
    parts: ['pair', 'candidate'],
    domain: () => `${paired} AND ${missing('baseline')} <> ${missing('candidate')}`,
    paired,
    happened: (role) => `${missing(role)} = 1`,
    ...(trueLabel === undefined ? {} : { trueLabel: { ...trueLabel, orNone: true } }),
  };
}

/** The requests whose truth is written, of those of which both versions' answers are known and alike, or different. */
function labelled(id: string, answers: 'alike' | 'different'): SummedEvents {
  const areTold = both((role) => `(${role}_label IS NOT NULL OR ${role}_failed = 1)`);
  const alike = `(baseline_label = candidate_label OR (${both(isNone)}))`;
  // Beside a missing label nothing is equal, nor is it different.
  const domain = `${areTold} AND CASE WHEN ${alike} THEN 1 ELSE 0 END = ${answers === 'alike' ? 1 : 0}`;
  return {
    kind: 'events',
    id,
    parts: ['candidate'],
    domain: () => domain,
    paired: domain,
    happened: () => 'truth_written = 1',
  };
}

const share = { kind: 'events', parts: sumsParts } as const;
const accuracy = { ...share, domain: isCounted, paired: both(isCounted), happened: isRight } as const;

function times(id: string, cap: number | undefined): SummedTimes {
  return { kind: 'times', id, ...(cap === undefined ? {} : { most: Math.round(cap * nanosecondsPerMs) }) };
}
