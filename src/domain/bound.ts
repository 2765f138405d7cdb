import { exactQuantity, type Measure } from './format-number.ts';
import type { MetricUnit } from './metric.ts';
import type { Bound, BoundKind } from './plan.ts';

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

const words: Readonly<Record<BoundKind, string>> = {
  max: 'max',
  min: 'min',
  maxIncrease: 'max increase',
  maxDecrease: 'max decrease',
};

/** A bound as a person says it: `max 120 ms`, `max increase 10%`, `max decrease 1 pp`. */
export function formatBound(bound: Bound, unit: MetricUnit): string {
  return `${words[bound.kind]} ${exactQuantity(bound.value, testedMeasure(bound, unit))}`;
}

/** What a bound's tested quantity is: the candidate's own value, or a change from the baseline's. */
export function testedMeasure(bound: Bound, unit: MetricUnit): Measure {
  if (boundsOwnValue(bound.kind)) return unit;
  if (bound.relative) return 'relativeChange';
  return changeMeasure(unit);
}

const changes = {
  ms: 'msChange',
  bytes: 'bytesChange',
  proportion: 'proportionChange',
  number: 'numberChange',
} as const;

/** The measure of a difference between two values of a unit. */
export function changeMeasure(unit: MetricUnit): Measure {
  return changes[unit];
}
