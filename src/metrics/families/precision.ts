import { quoteLiteral } from '../../database/database.ts';
import { both, isCounted, isLabelled } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

/**
 * Share of the labelled requests that a version answered with one label on which that label is the true one. A request that the other
 * version did not answer still counts for the one that did.
 */
export function precision(label: string): MeanMetric {
  const wanted = quoteLiteral(label);
  return {
    domain: (role) => `${isLabelled(role)} AND ${role}_label = ${wanted}`,
    pairedDomain: `${both(isCounted)} AND (baseline_label = ${wanted} OR candidate_label = ${wanted})`,
    pairedDenominator: (role) => `${role}_label = ${wanted}`,
    value: () => `(label = ${wanted})::INTEGER`,
    divisor: 1,
    absent: `no labelled request was answered with ${label}`,
  };
}
