import type { Bound, BoundKind } from '../domain/plan.ts';
import { exactQuantity, type Measure } from './format-number.ts';

const words: Readonly<Record<BoundKind, string>> = {
  max: 'max',
  min: 'min',
  maxIncrease: 'max increase',
  maxDecrease: 'max decrease',
};

/** A bound as a person says it: `max 120 ms`, `max increase 10%`, `max decrease 1 pp`. */
export function formatBound(bound: Bound, unit: 'ms' | 'proportion'): string {
  return `${words[bound.kind]} ${exactQuantity(bound.value, testedMeasure(bound, unit))}`;
}

/** What a bound's tested quantity is: the candidate's own value, or a change from the baseline's. */
export function testedMeasure(bound: Bound, unit: 'ms' | 'proportion'): Measure {
  if (bound.kind === 'max' || bound.kind === 'min') return unit;
  if (bound.relative) return 'relativeChange';
  return changeMeasure(unit);
}

/** The measure of a difference between two values of a unit. */
export function changeMeasure(unit: 'ms' | 'proportion'): Measure {
  return unit === 'ms' ? 'msChange' : 'proportionChange';
}

/** The bound as a limit of the tested quantity with its natural sign: a decrease of 1 pp limits the change to -1 pp. */
export function signedLimit(bound: Bound): number {
  return bound.kind === 'maxDecrease' ? -bound.value : bound.value;
}
