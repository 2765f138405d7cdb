import { limitOf } from '../domain/bound.ts';
import type { StageDetectability } from '../domain/estimate.ts';
import type { Bound, Statistics } from '../domain/plan.ts';
import type { IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import { neededAsPlanned, neededData, standardErrorAhead, withOneMoreEvent } from '../stats/bounds/needed-data.ts';
import { endOfSeries } from '../stats/bounds/planned-design.ts';
import type { Linearized } from '../stats/estimates/linearized.ts';
import { fewestEffectiveUnits } from '../stats/sums/cluster-size.ts';

/** The data at which a candidate that does not differ probably passes, if it spreads as these outcomes do. */
export function requestsUntilPass(
  measured: Linearized,
  { kind, value }: Bound,
  settings: IntervalSettings,
): number | null {
  return neededData({ ...measured, value: 0 }, limitOf(kind, value), settings)?.requests ?? null;
}

/** The same by each way to look, also where that is less than the data of now. */
export function requestsByMethod(
  measured: Linearized,
  bound: Bound,
  { alpha, plannedUnits }: { readonly alpha: number; readonly plannedUnits: number },
): NonNullable<StageDetectability['requestsByMethod']> {
  // The one event more is that of the data of now, of which the fewest are a part.
  const least = { ...ofFewest(withOneMoreEvent(measured)), value: 0 };
  const limit = limitOf(bound.kind, bound.value);
  const until = (method: SettledStatistics) =>
    neededAsPlanned(least, limit, settingsAtEnd(method, 'pass', alpha, plannedUnits))?.requests ?? null;
  return {
    sequential: until({ inference: 'sequential' }),
    planned: until({ inference: 'planned' }),
    oneLook: until({ inference: 'planned', looks: 1 }),
  };
}

/** The estimate as it would be on as few units as any is judged on, from which less data than there are can be told. */
function ofFewest(measured: Linearized): Linearized {
  const share = Math.min(1, fewestEffectiveUnits / measured.effectiveUnits);
  const { units, requests } = measured.counted;
  return {
    ...measured,
    standardError: standardErrorAhead(measured, share),
    floorVariance: measured.floorVariance / share ** 2,
    skewness: measured.skewness / Math.sqrt(share),
    effectiveUnits: measured.effectiveUnits * share,
    counted: { units: units * share, requests: requests * share },
  };
}

type SettledStatistics = Pick<Statistics, 'inference' | 'looks'>;

/** How often a stage is thought to be looked at until its end, where the plan does not say once: nightly for three weeks. */
const usualLooks = 20;

/** The levels at which both bounds of an estimate would be wanted at the end. */
export function settingsAtEnd(
  { inference, looks }: SettledStatistics,
  side: 'pass' | 'breach',
  alpha: number,
  plannedUnits: number,
): IntervalSettings {
  return inference === 'planned'
    ? endOfSeries({ alpha, side, looks: looks ?? usualLooks })
    : { alphaLower: alpha, alphaUpper: alpha, inference, plannedUnits };
}
