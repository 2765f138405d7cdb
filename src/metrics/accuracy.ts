import type { Role } from '../domain/role.ts';
import type { MeanMetric } from './mean-metric.ts';

const answered = (role: Role) => `${role}_label IS NOT NULL AND label IS NOT NULL`;

/** Share of answered, labelled requests whose predicted label is the true one. */
export const accuracy: MeanMetric = {
  domain: answered,
  pairedDomain: `${answered('baseline')} AND ${answered('candidate')}`,
  value: (role) => `(${role}_label = label)::INTEGER`,
  divisor: 1,
  absent: 'no answered request has both a predicted and a true label',
};
