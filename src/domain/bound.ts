import type { BoundKind } from './plan.ts';

/** Which end of the tested quantity harms: `high` for upper limits, `low` for lower limits. */
export type HarmfulEnd = 'high' | 'low';

/** The end of the tested quantity that the bound limits. */
export function harmfulEnd(kind: BoundKind): HarmfulEnd {
  return kind === 'max' || kind === 'maxIncrease' ? 'high' : 'low';
}

/** The bound as a limit of the tested quantity with its natural sign: `maxDecrease: 1pp` limits the delta to -0.01. */
export function limitOf(kind: BoundKind, value: number): number {
  return kind === 'maxDecrease' ? -value : value;
}

/** Whether a bound is on the candidate's own value, rather than on its difference from the baseline. */
export function boundsOwnValue(kind: BoundKind): boolean {
  return kind === 'max' || kind === 'min';
}
