import { leastProbability } from '../../domain/metric.ts';
import type { Role } from '../../domain/role.ts';
import { both, isLabelled } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/** Digits of a loss that are kept, so that their sums are exact. */
const lossDivisor = 1e12;

const scored = (role: Role) => `${isLabelled(role)} AND ${role}_true_score IS NOT NULL`;

/** Mean of -ln of the probability that the version gave the true label (cross-entropy; Good 1952, Rational Decisions). */
export const logLoss: MeanMetric = {
  domain: scored,
  pairedDomain: both(scored),
  value: (role) => `round(-ln(least(1, greatest(${leastProbability}, ${role}_true_score))) * ${lossDivisor})::BIGINT`,
  divisor: lossDivisor,
  unusable: {
    condition: (role) => `${isLabelled(role)} AND ${role}_true_score IS NULL`,
    problem: 'no score of the true label',
  },
  absent: 'no answered request has both a true label and its score',
};
