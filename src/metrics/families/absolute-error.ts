import type { Role } from '../../domain/role.ts';
import { both, isAnswered, trueNumber } from '../table/conditions.ts';
import type { MeanMetric, UnusableRequests } from '../table/mean-metric.ts';

/** The version answered with a number, and the truth is one. */
export function isNumeric(role: Role): string {
  return `${isAnswered(role)} AND ${role}_value IS NOT NULL AND ${trueNumber} IS NOT NULL`;
}

/** How far the answer is from the truth; at most what can be squared. */
export function errorSize(role: Role): string {
  return `least(abs(${role}_value - ${trueNumber}), 1e150)`;
}

export const notNumeric: UnusableRequests = {
  condition: (role) => `${isAnswered(role)} AND (${role}_value IS NULL OR ${trueNumber} IS NULL)`,
  problem: 'an answer or a label that is not a number',
};

/** Mean absolute error of a regression, in the unit of its labels. Nothing bounds an error, so the largest that was made stands in for it. */
export const meanAbsoluteError: MeanMetric = {
  domain: isNumeric,
  pairedDomain: both(isNumeric),
  value: errorSize,
  divisor: 1,
  fractional: true,
  rangeSeen: true,
  unusable: notNumeric,
  absent: 'no answered request has a number for an answer and for a label',
};
