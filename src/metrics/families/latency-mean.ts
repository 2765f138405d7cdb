import type { Role } from '../../domain/role.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

const timed = (role: Role) => `${role}_latency_ns IS NOT NULL`;

/** Mean latency in ms over the requests whose time is known, failed ones included. */
export const latencyMean: MeanMetric = {
  domain: timed,
  pairedDomain: `${timed('baseline')} AND ${timed('candidate')}`,
  value: (role) => `${role}_latency_ns`,
  divisor: 1e6,
  absent: 'no request has a latency of both versions that may be compared',
};
