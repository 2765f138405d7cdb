import type { IntervalSettings } from './confidence-bound.ts';
import { fromSymmetricScale, type Linearized, toSymmetricScale } from '../estimates/linearized.ts';
import { boundWithPower, withOneMoreEvent } from './needed-data.ts';

/**
 * The smallest change in one direction that is told from the estimate with a chance of 80%, on the natural scale: half-width plus
 * 0.84 standard errors.
 * @param direction `increase` is proven by the lower bound, `decrease` by the upper.
 * @param growth how many times the data there would be; 1 for the data there are.
 * @returns a positive number; Infinity where so few units allow no bound.
 */
export function detectableChange(
  estimate: Linearized,
  direction: 'increase' | 'decrease',
  settings: IntervalSettings,
  growth = 1,
): number {
  const side = direction === 'increase' ? 'lower' : 'upper';
  const distance = boundWithPower(estimate, side, settings, growth);
  const center = toSymmetricScale(estimate.logScale, estimate.value);
  const changed = fromSymmetricScale(estimate.logScale, center + (direction === 'increase' ? distance : -distance));
  return Math.abs(changed - estimate.value);
}

/**
 * The narrowest limit that a candidate without any change is proven to keep with a chance of 80%, on the natural scale.
 * @param side on which the limit lies.
 * @param growth how many times the data there would be.
 * @returns its distance from 0; Infinity where so few units allow no bound.
 */
export function passableChange(
  estimate: Linearized,
  side: 'lower' | 'upper',
  settings: IntervalSettings,
  growth: number,
): number {
  const distance = boundWithPower(withOneMoreEvent({ ...estimate, value: 0 }), side, settings, growth);
  const center = toSymmetricScale(estimate.logScale, 0);
  return Math.abs(fromSymmetricScale(estimate.logScale, center + (side === 'upper' ? distance : -distance)));
}
