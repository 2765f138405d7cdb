import { both, isDecided } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import { neitherLabel } from '../table/positives.ts';
import type { Role } from '../../domain/role.ts';

const isNegative = (role: Role) => `${isDecided(role)} AND NOT is_positive`;

/**
 * Share of the requests whose true label is the negative one that the version answered with the positive one. A request that it did not
 * answer raised no alarm and stays in the denominator: what a user got is what counts, and failures have a metric of their own.
 */
export const falsePositiveRate: MeanMetric = {
  domain: isNegative,
  pairedDomain: both(isNegative),
  value: (role) => `coalesce(${role}_label <> label, false)::INTEGER`,
  divisor: 1,
  unusable: neitherLabel,
  absent: 'no request with the negative one of the two labels for its truth has an outcome',
};
