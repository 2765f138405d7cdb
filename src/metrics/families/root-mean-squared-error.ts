import { errorSize, isNumeric, notNumeric } from './absolute-error.ts';
import { both } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/** Root of the mean squared error of a regression, in the unit of its labels. As for `mae`, the largest error that was made bounds it. */
export const rootMeanSquaredError: MeanMetric = {
  domain: isNumeric,
  pairedDomain: both(isNumeric),
  value: (role) => `(${errorSize(role)} ** 2)`,
  divisor: 1,
  fractional: true,
  root: true,
  rangeSeen: true,
  unusable: notNumeric,
  absent: 'no answered request has a number for an answer and for a label',
};
