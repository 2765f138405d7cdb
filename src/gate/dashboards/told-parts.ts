import { type LatencyUnit, latencyUnits } from '../../domain/log/latency-field.ts';
import { type Metric, metricTraits } from '../../domain/metric.ts';
import type { GaugeAggregate } from '../../domain/remote/metric-series.ts';
import type { RoleNumber } from '../../metrics/role-number.ts';

/** What one version's number is made from: its value, or why there is none. */
export type Told = Omit<RoleNumber, 'metric' | 'version' | 'role' | 'segment'> | { readonly why: string };

/** Nothing tells users, so that requests count only where the plan says that each is another one's. */
export function unitsOf(
  { independent }: { readonly independent?: true },
  count: number | undefined,
): { readonly independent?: true } {
  return independent === true && count !== undefined ? { independent } : {};
}

/** The share of requests that were bad, as the metric tells it: of accuracy what was not wrong. */
export function shareTold(metric: Metric, bad: number, count: number): Told {
  const share = bad / count;
  return { value: metricTraits(metric).worse === 'lower' ? 1 - share : share, count };
}

/** What a value is multiplied with to be in ms; 1 for what is not a time. */
export function scaleOf(unit: LatencyUnit | undefined): number {
  return unit === undefined ? 1 : latencyUnits[unit];
}

/** Several values of one version as one. */
export function aggregated(values: readonly number[], aggregate: GaugeAggregate): number {
  const sum = values.reduce((all, value) => all + value, 0);
  return { max: Math.max(...values), min: Math.min(...values), sum, mean: sum / values.length }[aggregate];
}
