import type { ComparisonKind } from '../../domain/evidence.ts';
import type { Metric } from '../../domain/metric.ts';
import { type Role, roles } from '../../domain/role.ts';
import { quoteLiteral } from '../../database/database.ts';
import { isLabelled } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/** Condition under which a request counts for one version alone. */
type Domain = (role: Role) => string;

/** Which requests a metric should know of a version, and which it does, as conditions on the table of judged requests. */
interface Known {
  readonly expected: string;
  /** What is expected of pairs beside that. */
  readonly expectedOfPairs: string;
  readonly counts: Domain;
}

/**
 * Share of the requests that a metric leaves out of a version. Served, of those that the version served. In pairs the difference is over the
 * requests that either version has an outcome of, and a version's own value over those that are left out of exactly one of the two.
 * @param domain the metric's own; absent for a quantile, which has none.
 */
export function leftOut(metric: Metric, comparison: ComparisonKind, domain: Domain | undefined): MeanMetric {
  const known = knownBy(metric, domain);
  const [baseline, candidate] = roles.map((role) => isMissing(known, role));
  const pairedDomain = `(baseline_present OR candidate_present) AND (${known.expected}) AND (${known.expectedOfPairs})`;
  return {
    domain: (role) =>
      comparison === 'paired'
        ? `${pairedDomain} AND ${baseline} <> ${candidate}`
        : `${role}_present AND (${known.expected})`,
    pairedDomain,
    value: (role) => isMissing(known, role),
    divisor: 1,
    absent: 'no request is left out',
  };
}

function isMissing({ counts }: Known, role: Role): string {
  return `(NOT coalesce(${counts(role)}, false))::INTEGER`;
}

function knownBy(metric: Metric, domain: Domain | undefined): Known {
  const whole = { expected: 'true', expectedOfPairs: 'true' };
  switch (metric.family) {
    case 'latency':
      // Only a sample may have been timed, but both versions on the same requests.
      return { ...whole, expectedOfPairs: roles.map(isTimed).join(' OR '), counts: isTimed };
    case 'agreement':
      return { ...whole, counts: (role) => `${role}_label IS NOT NULL` };
    case 'precision':
      // An answer with another label is no denominator, and is known all the same.
      return { ...whole, counts: isLabelled };
    case 'recall':
      return { ...whole, expected: `label IS NULL OR label = ${quoteLiteral(metric.label)}`, counts: required(domain) };
    default:
      return { ...whole, counts: required(domain) };
  }
}

const isTimed: Domain = (role) => `${role}_latency_ns IS NOT NULL`;

function required(domain: Domain | undefined): Domain {
  if (domain === undefined) throw new RangeError('a metric over requests has a domain');
  return domain;
}
