import type { Role } from '../../domain/role.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

const bothAnswered = 'baseline_label IS NOT NULL AND candidate_label IS NOT NULL';

/** Share of requests that both versions answered on which the version says what the baseline says; the baseline's own is 1. */
export const agreement: MeanMetric = {
  domain: () => bothAnswered,
  pairedDomain: bothAnswered,
  value: (role: Role) => `(${role}_label = baseline_label)::INTEGER`,
  divisor: 1,
  absent: 'no request was answered with a label by both versions',
};
