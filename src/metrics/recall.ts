import { quoteLiteral } from '../requests/database.ts';
import { both, isLabelled } from './conditions.ts';
import type { MeanMetric } from './mean-metric.ts';

/** Share of the answered requests whose true label is one label that the version answered with it. */
export function recall(label: string): MeanMetric {
  const isTrue = `label = ${quoteLiteral(label)}`;
  return {
    domain: (role) => `${isLabelled(role)} AND ${isTrue}`,
    pairedDomain: `${both(isLabelled)} AND ${isTrue}`,
    value: (role) => `(${role}_label = label)::INTEGER`,
    divisor: 1,
    absent: `no answered request has the true label ${label}`,
  };
}
