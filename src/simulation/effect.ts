import type { Segment } from '../domain/evidence.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { type Metric, metricTraits, type MetricUnit } from '../domain/metric.ts';
import { nameInPlan } from '../domain/statistics/bounded-metric.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import { milliseconds, misreading, parseQuantity, reading, scaled, type Reading } from '../plan/read/quantity.ts';

/** A change of the candidate that is planted into recorded outcomes: how much worse or better it truly is. */
export interface Effect {
  /** As a person wrote it, or would: `accuracy=-2pp`. */
  readonly written: string;
  readonly metric: Metric;
  /** The requests that it is planted into; null for all. */
  readonly segment: Segment;
  /** Signed: ms, a proportion or a plain number, or a fraction of the value without it where `relative`. Never 0. */
  readonly change: number;
  readonly relative: boolean;
}

/**
 * Reads `METRIC=CHANGE` or `METRIC[DIMENSION=VALUE]=CHANGE`: `accuracy=-2pp`, `latency.p95=+15%`, `recall(refund)[locale=de-DE]=-10pp`.
 * As in a plan, `%` is relative and `pp` is percentage points. A metric without a guardrail is refused: nothing would
 * look at it, and so the answer would be about something else.
 */
export function readEffect(written: string, plan: Pick<RolloutPlan, 'guardrails' | 'requests'>): Reading<Effect> {
  const example = 'write METRIC=CHANGE, such as accuracy=-2pp or latency.p95=+15%';
  const separator = written.lastIndexOf('=');
  if (separator <= 0) return misreading(`${written} is not an effect`, example);
  const [subject, amount] = [written.slice(0, separator), written.slice(separator + 1).trim()];
  const [, id = '', dimension, value] = /^(.*?)(?:\[([^[\]=]+)=([^[\]]+)\])?$/u.exec(subject.trim()) ?? [];
  const named = plan.guardrails.map((guardrail) => guardrail.metric);
  const metric = named.find((own) => own.id === id) ?? named.find((own) => nameInPlan(own.id) === id);
  if (metric === undefined) {
    const guarded = [...new Set(plan.guardrails.map((guardrail) => guardrail.metric.id))];
    return misreading(`${written}: no guardrail looks at ${id}`, didYouMean(id, guarded));
  }
  if (dimension !== undefined && plan.requests.segments[dimension] === undefined) {
    const known = Object.keys(plan.requests.segments);
    const hint = known.length === 0 ? 'the plan has no segments' : `write one of ${known.join(', ')}`;
    return misreading(`${written}: ${dimension} is not a segment of the plan`, hint);
  }
  const change = readChange(amount, metricTraits(metric).unit);
  if (!change.ok) return misreading(`${written}: ${change.problem}`, change.hint);
  return reading({
    written,
    metric,
    segment: dimension === undefined || value === undefined ? null : { [dimension]: value },
    ...change.value,
  });
}

function readChange(amount: string, unit: MetricUnit): Reading<Pick<Effect, 'change' | 'relative'>> {
  const hint = `write ${examples[unit]}`;
  const [, sign = '', size = ''] = /^([+-]?)(.*)$/u.exec(amount) ?? [];
  const quantity = parseQuantity(/^\d+(?:\.\d+)?$/u.test(size) ? Number(size) : size);
  if (quantity === undefined) return misreading(`${amount === '' ? 'nothing' : amount} is not a change`, hint);
  const read = sizeOf(quantity, unit);
  if (read === undefined) return misreading(`${amount} is not a change of this metric`, hint);
  if (read.change === 0)
    return misreading(`${amount} changes nothing`, 'leave it out: without effects nothing differs');
  return reading({ ...read, change: sign === '-' ? -read.change : read.change });
}

const examples: Readonly<Record<MetricUnit, string>> = {
  ms: '+15% or +20ms',
  bytes: '+10%',
  proportion: '-2pp (percentage points) or -2% (of its value)',
  number: '+10% or +0.05',
};

function sizeOf(
  quantity: { readonly digits: string; readonly unit: string },
  unit: MetricUnit,
): Pick<Effect, 'change' | 'relative'> | undefined {
  if (quantity.unit === '%') return { change: scaled(quantity.digits, -2), relative: true };
  if (unit === 'ms') {
    const change = milliseconds(quantity);
    return change === undefined ? undefined : { change, relative: false };
  }
  if (unit === 'proportion' && quantity.unit === 'pp') return { change: scaled(quantity.digits, -2), relative: false };
  // A plain 2 on a proportion is as likely 2 points as 200%.
  if (quantity.unit !== '' || (unit === 'proportion' && Number(quantity.digits) >= 1)) return undefined;
  return { change: Number(quantity.digits), relative: false };
}
