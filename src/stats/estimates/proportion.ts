import { designEffect } from '../sums/contribution-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import type { Sample } from '../sums/sample.ts';
import { sideSums, type SideSums } from '../sums/sample-sums.ts';

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

/**
 * Estimates one proportion and how many independent requests it is worth: events and requests divided by the design effect.
 * @param sample requests and events per unit; events between 0 and the requests.
 */
export function proportion(sample: Sample): Proportion | Uncomputable {
  const sums = sideSums(sample, { zeroOne: true });
  const impossible = sample.sum.some((events, unit) => events < 0 || events > (sample.requests[unit] ?? 0));
  return sums.kind === 'sums' && impossible
    ? uncomputable('a unit has more events than requests, or fewer than none')
    : proportionOf(sums);
}

/** `proportion` of units that were added up elsewhere, with their contributions. */
export function proportionOf(sums: SideSums | Uncomputable): Proportion | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const { totals, column, contributions } = sums;
  if (contributions === undefined) throw new RangeError('A proportion needs the contributions of its units.');
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
