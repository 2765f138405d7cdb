import { boundsOwnValue } from '../domain/bound.ts';
import { metricTraits } from '../domain/metric.ts';
import type { Segment } from '../domain/evidence.ts';
import type { Bound, Guardrail } from '../domain/plan.ts';
import type { Effect } from './effect.ts';

/** What anybody would call broken, whatever the plan allows: three times as slow, a fifth of requests failing, half as good. */
const grossIncrease = 3;
const grossShare = 0.2;
const grossDecrease = 0.5;

/** Beyond its bound by as much again. */
const beyondBound = 2;

/**
 * A regression that no gate may miss: gross by itself, and twice as far as the guardrail allows.
 * @param from the candidate's value without it.
 * @param room what of that it can change; all of it where it can change every request.
 */
export function grossEffect({ metric, bounds }: Guardrail, segment: Segment, from: number, room = from): Effect {
  const { unit } = metricTraits(metric);
  const rises = bounds.some(({ kind }) => kind === 'max' || kind === 'maxIncrease');
  const allowed = bounds.map((bound) => beyond(bound, from));
  const isShare = unit === 'proportion';
  const usual = rises
    ? isShare
      ? from + grossShare
      : from + room * (grossIncrease - 1)
    : from - room * (1 - grossDecrease);
  const wanted = rises ? Math.max(usual, ...allowed) : Math.min(usual, ...allowed);
  const to = isShare
    ? Math.min(1, Math.max(0, wanted))
    : rises
      ? wanted
      : Math.max(from > 0 ? from - room * 0.99 : wanted, wanted);
  const relative = unit !== 'proportion' && from !== 0;
  const change = relative ? to / from - 1 : to - from;
  return { written: `gross ${metric.id}`, metric, segment, change, relative };
}

function beyond(bound: Bound, from: number): number {
  const { kind, value, relative } = bound;
  if (boundsOwnValue(kind)) return kind === 'max' ? value * beyondBound : value / beyondBound;
  const distance = beyondBound * (relative ? Math.abs(from) * value : value);
  return kind === 'maxIncrease' ? from + distance : from - distance;
}
