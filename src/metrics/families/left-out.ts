import type { Metric } from '../../domain/metric.ts';
import { type Role, roles } from '../../domain/role.ts';
import { quoteLiteral } from '../../requests/database.ts';
import { isLabelled } from '../conditions.ts';
import type { MeanMetric } from '../mean-metric.ts';

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
 * Share of the requests that a metric leaves out of a version: of those that it served, or in pairs of those that either version has
 * an outcome of.
 * @param domain the metric's own; absent for a quantile, which has none.
 */
export function leftOut(metric: Metric, domain: Domain | undefined): MeanMetric {
  const known = knownBy(metric, domain);
  return {
    domain: (role) => `${role}_present AND (${known.expected})`,
    pairedDomain: inPairs(known),
    value: (role) => isMissing(known, role),
    divisor: 1,
    absent: 'no request has an outcome',
  };
}

/** Of the requests that a metric leaves out of exactly one version of a pair, the share that it leaves out of this one. */
export function leftOutAlone(metric: Metric, domain: Domain | undefined): MeanMetric {
  const known = knownBy(metric, domain);
  const [baseline, candidate] = roles.map((role) => isMissing(known, role));
  const ofOne = `${inPairs(known)} AND ${baseline} <> ${candidate}`;
  return {
    domain: () => ofOne,
    pairedDomain: ofOne,
    value: (role) => isMissing(known, role),
    divisor: 1,
    absent: 'no request is left out of one version alone',
  };
}

function inPairs({ expected, expectedOfPairs }: Known): string {
  return `(baseline_present OR candidate_present) AND (${expected}) AND (${expectedOfPairs})`;
}

function isMissing({ counts }: Known, role: Role): string {
  return `(NOT coalesce(${counts(role)}, false))::INTEGER`;
}

function knownBy(metric: Metric, domain: Domain | undefined): Known {
  const whole = { expected: 'true', expectedOfPairs: 'true' };
  switch (metric.family) {
    case 'latency': {
      const counts: Domain = (role) => `${role}_latency_ns IS NOT NULL`;
      // Only a sample may have been timed, but both versions on the same requests.
      return { ...whole, expectedOfPairs: roles.map(counts).join(' OR '), counts };
    }
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

function required(domain: Domain | undefined): Domain {
  if (domain === undefined) throw new RangeError('a metric over requests has a domain');
  return domain;
}
