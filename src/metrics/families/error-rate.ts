import type { Role } from '../../domain/role.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

const present = (role: Role) => `${role}_present AND ${role}_errors_known`;

/** Share of requests that got no usable answer, over all that have an outcome. */
export const errorRate: MeanMetric = {
  domain: present,
  pairedDomain: `${present('baseline')} AND ${present('candidate')}`,
  value: (role) => `(${role}_error IS NOT NULL)::INTEGER`,
  divisor: 1,
  absent: 'no request has an outcome to count, or the log cannot hold errors',
};

/** The same where each request is asked several times: a request counts for the share of its askings that got no usable answer. */
export const repeatedErrorRate: MeanMetric = {
  ...errorRate,
  value: (role) => `${role}_failed_share`,
  fractional: true,
};
