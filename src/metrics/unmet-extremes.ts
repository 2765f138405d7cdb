import type { StageDetectability } from '../domain/estimate.ts';
import type { Bound, Guardrail } from '../domain/plan.ts';
import { boundaryOn, type IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import type { Linearized } from '../stats/estimates/linearized.ts';
import { meanMetricOf } from './families/definitions.ts';

/**
 * How many requests a bound M needs for a mean's floor alone: the floor is 2 m_w R / n, and M has to be z times that, so 2 z m_w R / M of them;
 * at the sequential bound's tightest 5.6 m_w R / M, at a planned end some 3.4. A relative bound is one of the baseline's mean.
 */
export function unmetExtremes(
  { metric }: Guardrail,
  { clusterSize, baseline = 0 }: Linearized,
  bound: Bound,
  { settings, plannedUnits }: { readonly settings: IntervalSettings; readonly plannedUnits: number },
): Pick<StageDetectability, 'unmet'> {
  const largest = meanMetricOf(metric)?.range;
  const margin = bound.value * (bound.relative ? baseline : 1);
  if (largest === undefined || !(margin > 0)) return {};
  const requests = Math.ceil((2 * boundaryOn('upper', settings, plannedUnits) * clusterSize * largest) / margin);
  return { unmet: { largest, requests, capped: 'cap' in metric } };
}
