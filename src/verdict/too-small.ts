import { boundsOwnValue, harmfulEnd } from '../domain/bound.ts';
import type { Estimate } from '../domain/estimate.ts';
import type { Bound } from '../domain/plan.ts';

/**
 * Whether a segment has so little data that not even a candidate without any change could be shown to be within the bound:
 * its interval is wider than what the bound allows. Such a segment can still prove a breach, and proves nothing else.
 */
export function isTooSmall(estimate: Estimate, bound: Bound): boolean {
  if (estimate.kind !== 'estimated') return true;
  // A candidate's own value has no natural "no change" to measure the interval against.
  if (boundsOwnValue(bound.kind)) return true;
  const harmful = harmfulEnd(bound.kind) === 'high' ? estimate.high : estimate.low;
  return Math.abs(harmful - estimate.value) > bound.value;
}
