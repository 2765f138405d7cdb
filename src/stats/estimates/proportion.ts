import { designEffect } from '../sums/contribution-sums.ts';
import type { Uncomputable } from '../result.ts';
import type { ProportionSums } from '../sums/sample-sums.ts';

/** One proportion, and what its correlated requests are worth as independent ones. */
export interface Proportion {
  readonly kind: 'proportion';
  /** Share of requests that are events, in [0, 1]. */
  readonly value: number;
  readonly units: number;
  readonly requests: number;
  readonly effectiveUnits: number;
  readonly clusterSize: number;
  /** How many requests count as one, at least 1. */
  readonly designEffect: number;
  /** Events and requests divided by the design effect; not whole numbers. */
  readonly effectiveEvents: number;
  readonly effectiveRequests: number;
}

/** Estimates one proportion and how many independent requests it is worth: events and requests divided by the design effect. */
export function proportion(sums: ProportionSums | Uncomputable): Proportion | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, column, contributions } = sums;
  const requestsPerIndependent = designEffect(contributions, totals);
  return {
    kind: 'proportion',
    value: column.sum / totals.requests,
    units: totals.units,
    requests: totals.requests,
    effectiveUnits: totals.effectiveUnits,
    clusterSize: totals.clusterSize,
    designEffect: requestsPerIndependent,
    effectiveEvents: column.sum / requestsPerIndependent,
    effectiveRequests: totals.requests / requestsPerIndependent,
  };
}
