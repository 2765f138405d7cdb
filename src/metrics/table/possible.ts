import { type Metric, metricTraits } from '../../domain/metric.ts';
import type { Measured } from './estimate.ts';
import type { TestedQuantity } from './subject.ts';

/**
 * A measured quantity with the values that it can have at all, which its interval is told within: a share lies from 0 to 1, a difference of
 * two shares from -1 to 1, and nothing falls by more than all of a baseline that is not negative.
 */
export function withinPossible(measured: Measured, metric: Metric, quantity: TestedQuantity): Measured {
  if (measured.kind !== 'linearized') return measured;
  const { unit, neverNegative = false } = metricTraits(metric);
  const isShare = unit === 'proportion';
  if (!isShare && unit === 'number' && !neverNegative) return measured;
  switch (quantity) {
    case 'own':
      return { ...measured, possible: isShare ? { low: 0, high: 1 } : { low: 0 } };
    case 'difference':
      return isShare ? { ...measured, possible: { low: -1, high: 1 } } : measured;
    case 'relative':
      return { ...measured, possible: { low: -1 } };
  }
}
