import type { Role } from '../../domain/role.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

const timed = (role: Role) => `${role}_latency_ns IS NOT NULL`;

const nanosecondsPerMs = 1e6;

/**
 * Mean latency in ms over the requests whose time is known, failed ones included. One more request may take as long as a version is
 * waited for, or as the slowest that the log tells of.
 * @param cap no request counts as longer, in ms.
 * @param timeoutMs how long a version is waited for; where nobody knows, the slowest request stands in.
 */
export function latencyMean({ cap, timeoutMs }: { readonly cap?: number; readonly timeoutMs?: number }): MeanMetric {
  const shared = {
    domain: timed,
    pairedDomain: `${timed('baseline')} AND ${timed('candidate')}`,
    divisor: nanosecondsPerMs,
    absent: 'no request has latencies of both versions that can be compared',
  };
  if (cap === undefined) {
    const range = timeoutMs === undefined ? {} : { range: timeoutMs };
    return { ...shared, value: (role) => `${role}_latency_ns`, ...range, rangeSeen: true };
  }
  const longest = `${Math.round(cap * nanosecondsPerMs)}::BIGINT`;
  return {
    ...shared,
    value: (role) => `least(${role}_latency_ns, ${longest})`,
    isCut: (role) => `${role}_latency_ns > ${longest}`,
    range: cap,
  };
}
