import { formatBound, harmfulEnd } from '../domain/bound.ts';
import { longestWait } from '../domain/estimate.ts';
import type { GuardrailResult } from '../domain/evidence.ts';
import { countOf, upToTwoDigits } from '../domain/format-number.ts';
import type { LogSpan } from '../domain/log/log-span.ts';
import type { Bound } from '../domain/plan.ts';
import type { IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import { passableChange } from '../stats/bounds/detectable-change.ts';
import type { Linearized } from '../stats/estimates/linearized.ts';
import type { Proportion } from '../stats/estimates/proportion.ts';

const dayMs = 86_400_000;

/** The days from a log's first to its last request; undefined where these do not tell a pace. */
export function daysSpanned({ first, last }: LogSpan): number | undefined {
  const days = (Date.parse(last ?? '') - Date.parse(first ?? '')) / dayMs;
  return days > 0 ? days : undefined;
}

/** How many times the data of now there are after the longest wait, where they go on coming as they did. */
export function growthInLongestWait(days: number): number {
  return 1 + longestWait / days;
}

/**
 * What to change where a guardrail that waits will not be decided for 90 days at the pace of its log: `; at this log's pace a candidate without
 * any change waits about 210 days, but would pass max increase 3.1 pp within 90, and a coarser segment sooner`. Empty where it may be. What was
 * observed may be luck, so that no change is asked about where there is a natural one.
 * @param span of the log; of numbers nobody knows it.
 */
export function longWaitText(
  { bound, segment, unit, status, needed }: GuardrailResult,
  measured: Linearized | Proportion,
  settings: IntervalSettings,
  span: LogSpan,
): string {
  const days = daysSpanned(span);
  // What a planned end brings is told by its chances.
  if (status !== 'inconclusive' || days === undefined || needed.end !== undefined) return '';
  const units = needed.unchanged?.units ?? needed.units ?? Number.NaN;
  const wait = days * (units / measured.units - 1);
  if (!(wait > longestWait)) return '';
  const waits = `about ${countOf(upToTwoDigits(wait), 'day')}`;
  if (needed.unchanged === undefined || measured.kind !== 'linearized')
    return `; at this log's pace that takes ${waits}: write a wider bound`;
  const found = `; at this log's pace an unchanged candidate waits ${waits}`;
  const wider = passableBound(measured, bound, settings, growthInLongestWait(days));
  const coarser = segment === null ? '' : ', and a coarser segment sooner';
  return wider === undefined
    ? `${found}: write a wider bound`
    : `${found}, but would pass ${formatBound(wider, unit)} within ${longestWait}${coarser}`;
}

/** The bound as wide as a candidate without any change probably passes it at `growth` times the data; undefined for none. */
function passableBound(
  measured: Linearized,
  bound: Bound,
  settings: IntervalSettings,
  growth: number,
): Bound | undefined {
  const value = passableChange(measured, harmfulEnd(bound.kind) === 'high' ? 'upper' : 'lower', settings, growth);
  return Number.isFinite(value) && value > 0 ? { ...bound, value: upToTwoDigits(value) } : undefined;
}
