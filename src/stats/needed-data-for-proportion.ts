import type { IntervalSettings } from './confidence-bound.ts';
import { powerMargin, smallestGrowth } from './needed-data.ts';
import type { Proportion } from './proportion.ts';
import { type Counts, effectiveCounts, proportionLowerBound, proportionUpperBound } from './proportion-bounds.ts';
import type { DataSize } from './result.ts';

/**
 * The data at which one proportion's test probably decides, if the proportion is as observed: the units at which even the
 * unlucky fifth of samples would still put its bound on the right side of the limit.
 * @param limit p0 in [0, 1].
 * @returns totals, not what is missing; null when the proportion sits on its limit.
 */
export function neededDataForProportion(
  proportion: Proportion,
  limit: number,
  settings: IntervalSettings,
): DataSize | null {
  const counts = effectiveCounts(proportion, settings.plannedUnits);
  const passes = proportion.value <= limit;
  const decides = (growth: number) => {
    const grown = unluckyCounts(counts, growth, passes ? 1 : -1);
    return passes
      ? proportionUpperBound(grown, settings.alphaUpper, settings.inference) <= limit
      : proportionLowerBound(grown, settings.alphaLower, settings.inference) > limit;
  };
  const units = smallestGrowth(decides, proportion.units);
  if (units === null) return null;
  return { units, requests: Math.ceil((units * proportion.requests) / proportion.units) };
}

/** Counts at `growth` times the data when events are 0.84 standard deviations off their mean in the given direction. */
function unluckyCounts(counts: Counts, growth: number, direction: 1 | -1): Counts {
  const requests = counts.requests * growth;
  const mean = counts.events * growth;
  const deviation = powerMargin * Math.sqrt(mean * (1 - mean / requests));
  const wholeClusters = counts.wholeClusters * growth;
  return { ...counts, requests, wholeClusters, events: Math.min(requests, Math.max(0, mean + direction * deviation)) };
}
