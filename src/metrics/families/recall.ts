import { quoteLiteral } from '../../database/database.ts';
import { both, isCounted, isRight, untoldAnswer } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/** Share of the requests whose true label is one label that the version answered with it; one that it did not answer is missed. */
export function recall(label: string): MeanMetric {
  const isTrue = `label = ${quoteLiteral(label)}`;
  return {
    domain: (role) => `${isCounted(role)} AND ${isTrue}`,
    pairedDomain: `${both(isCounted)} AND ${isTrue}`,
    value: isRight,
    divisor: 1,
    unusable: {
      ...untoldAnswer,
      condition: (role) => `${untoldAnswer.condition(role)} AND ${isTrue}`,
    },
    absent: `no request with an outcome has the true label ${label}`,
  };
}
