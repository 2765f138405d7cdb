import { both, isCounted, isRight, untoldAnswer } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/** Share of labelled requests that the version answered with the true label; one that it did not answer is not right. */
export const accuracy: MeanMetric = {
  domain: isCounted,
  pairedDomain: both(isCounted),
  value: isRight,
  divisor: 1,
  unusable: untoldAnswer,
  absent: 'no request has both a true label and an outcome that tells what was answered',
};
