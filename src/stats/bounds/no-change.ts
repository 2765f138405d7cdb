import { fewestEffectiveUnits } from '../sums/cluster-size.ts';
import type { IntervalSettings } from './confidence-bound.ts';
import { type Linearized, toSymmetricScale } from '../estimates/linearized.ts';
import { normalUpperQuantile } from '../distributions.ts';
import { boundWithPower } from './needed-data.ts';

/** All segments that have to pass together make a candidate that does not differ wait at the stage's end no more often than this. */
export const mostWaiting = 0.1;

/**
 * Whether a candidate that does not differ would be shown to be within a limit, from the spread of what was seen: whether the half-width
 * and z of the chance standard errors, at so many times the data, are at most the distance from no change to the limit.
 * @param limit of a difference or a relative difference, on its natural scale.
 * @param growth how many times the data there will be, at least 1.
 * @param chance in (0.5, 1).
 */
export function showsNoChange(
  estimate: Linearized,
  limit: number,
  settings: IntervalSettings,
  { growth, chance }: { readonly growth: number; readonly chance: number },
): boolean {
  if (estimate.effectiveUnits * growth < fewestEffectiveUnits) return false;
  const side = limit < 0 ? 'lower' : 'upper';
  const unchanged = toSymmetricScale(estimate.logScale, 0);
  const distance = Math.abs(toSymmetricScale(estimate.logScale, limit) - unchanged);
  return boundWithPower(estimate, side, settings, growth, normalUpperQuantile(1 - chance)) <= distance;
}
