import type { Metric } from '../domain/metric.ts';
import { isTriggered, untriggered } from '../domain/statistics/bounded-metric.ts';
import { triggeredBy } from '../metrics/families/business-metric.ts';
import type { JudgedTable } from '../metrics/table/judged-table.ts';
import type { EffectBase } from './effect-base.ts';

/** What of a metric an effect can change: all of it, or what those requests bring on which the versions answer differently. */
export interface Changeable {
  /** Condition of the requests that it can be planted into. */
  readonly within: string;
  /** The candidate's value over all requests. */
  readonly whole: number;
  /** Its value over those that can be changed. */
  readonly value: number;
  /** Their share of all, in [0, 1]. */
  readonly share: number;
}

/**
 * Measures what can be changed of a metric in a slice.
 * @param slice condition of its requests
 * @returns undefined where the log has no value of it
 */
export async function changeableOf(
  { table, base }: { readonly table: JudgedTable; readonly base: EffectBase },
  metric: Metric,
  slice: string,
): Promise<Changeable | undefined> {
  const served = `${slice} AND candidate_present`;
  const all = isTriggered(metric) ? untriggered(metric) : metric;
  const whole = await base.valueOf(table, all, served);
  if (whole === undefined) return undefined;
  if (!isTriggered(metric)) return { within: slice, whole, value: whole, share: 1 };
  const within = `${slice} AND ${triggeredBy(metric.trigger)}`;
  const value = await base.valueOf(table, metric, served);
  if (value === undefined) return { within, whole, value: 0, share: 0 };
  const share = (await base.counted(table, metric, served)) / (await base.counted(table, all, served));
  return { within, whole, value, share };
}
