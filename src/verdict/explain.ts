import { boundsOwnValue, formatBound, harmfulEnd, limitOf, testedMeasure } from '../domain/bound.ts';
import type { GuardrailStatus, Segment } from '../domain/evidence.ts';
import { countOf, formatCount, formatQuantity } from '../domain/format-number.ts';
import type { NeededData, PlannedEnd } from '../domain/estimate.ts';
import { metricTraits } from '../domain/metric.ts';
import type { GuardrailTest } from './guardrail-test.ts';

/** One sentence that says what was found, what is allowed and what follows: what a person reads before the numbers. */
export function explain(test: GuardrailTest, status: GuardrailStatus): string {
  const { guardrail, bound, segment, estimate } = test;
  const unit = metricTraits(guardrail.metric).unit;
  const subject = `${guardrail.metric.id}${segmentPhrase(segment)}`;
  const allowed = `allowed: ${formatBound(bound, unit)}`;
  if (estimate.kind === 'uncomputable' || !Number.isFinite(estimate.value)) {
    const reason = estimate.kind === 'uncomputable' ? estimate.reason : 'the number is not finite';
    return `${subject} cannot be computed (${reason}); ${allowed}: uncomputable`;
  }
  const verb = boundsOwnValue(bound.kind) ? 'is' : 'changed by';
  const found = `${subject} ${estimate.within === undefined ? `${verb} ${write(test, estimate.value)}` : bucketPhrase(test, estimate.within)}`;
  const cannotTell =
    status === 'inconclusive' && estimate.lacksEdge !== undefined ? noEdge(estimate.lacksEdge, estimate.isNative) : '';
  if (guardrail.test === 'point') return `${found}, as observed; ${allowed}: ${status}${cannotTell}`;
  if (estimate.kind === 'unbounded' && estimate.unboundable === true) {
    return `${found}, but it is not known how certain that is (${estimate.reason}); ${allowed}: uncomputable`;
  }
  if (estimate.kind === 'unbounded') {
    return `${found}, too little for an interval (${estimate.reason}); ${allowed}: inconclusive${missing(test)}`;
  }
  const what = cannotTell === '' && status === 'inconclusive' ? missing(test) : cannotTell;
  return `${found}${rangePhrase(test, status)}; ${allowed}: ${status}${what}`;
}

/** `lies between 100 ms and 250 ms`, `is above 250 ms`: a histogram tells no more. */
function bucketPhrase(test: GuardrailTest, { low, high }: { readonly low: number; readonly high: number }): string {
  const changed = boundsOwnValue(test.bound.kind) ? '' : 'changed by ';
  if (!Number.isFinite(high)) return `${changed === '' ? 'is above' : 'changed by more than'} ${write(test, low)}`;
  return changed === ''
    ? `lies between ${write(test, low)} and ${write(test, high)}`
    : `${changed}something between ${write(test, low)} and ${write(test, high)}`;
}

function noEdge(edge: number, isNative = false): string {
  if (isNative) return '; the histogram cannot say: its buckets are no finer';
  return `; the histogram cannot say: add a bucket at ${edge}`;
}

/** ` for locale=de-DE`; empty for the whole. */
export function segmentPhrase(segment: Segment): string {
  const parts = Object.entries(segment ?? {}).map(([dimension, value]) => `${dimension}=${value}`);
  return parts.length === 0 ? '' : ` for ${parts.join(', ')}`;
}

function write({ guardrail, bound }: GuardrailTest, value: number): string {
  const measure = testedMeasure(bound, metricTraits(guardrail.metric).unit);
  return formatQuantity(value, measure, limitOf(bound.kind, bound.value));
}

function rangePhrase(test: GuardrailTest, status: GuardrailStatus): string {
  const { estimate, bound, confidence } = test;
  if (estimate.kind !== 'estimated') return '';
  const { low, high } = estimate;
  const [worst, best] = harmfulEnd(bound.kind) === 'high' ? [high, low] : [low, high];
  if (status === 'pass') return ` and at worst ${write(test, worst)} at ${confidence * 100}% confidence`;
  if (status === 'breach') return ` and at best ${write(test, best)}`;
  const lowText = Number.isFinite(low) ? write(test, low) : 'nothing';
  const highText = Number.isFinite(high) ? write(test, high) : 'anything';
  return `, somewhere between ${lowText} and ${highText}`;
}

/** What would decide: `; about 1,900 more requests from 310 more users would decide it (800 from 130 if nothing has changed)`. */
function missing({ estimate, remedy }: GuardrailTest): string {
  if (estimate.kind === 'uncomputable') return '';
  const { needed } = estimate;
  const end = remedy === undefined ? '' : `; ${remedy}`;
  if (needed === undefined) return end;
  if (needed.end !== undefined) return expectation(needed.end);
  const unchanged = needed.unchanged === undefined ? '' : unchangedText(needed.unchanged, needed, estimate);
  if (needed.units === null) {
    // The reason of an interval that never comes says why itself.
    if (estimate.kind === 'unbounded') return '';
    return `; it lies exactly on its bound, which no amount of data can decide${unchanged}`;
  }
  const { units, requests } = more({ units: needed.units, requests: needed.requests ?? 0 }, estimate);
  const brings = needed.forInterval === true ? 'allow one' : 'decide it';
  const amount = `about ${countOf(roundUp(requests), 'more request', 'more requests')} from ${countOf(roundUp(units), 'more user', 'more users')} would ${brings}`;
  return `; ${amount}${unchanged}${end}`;
}

interface Size {
  readonly units: number;
  readonly requests: number;
}

function more(needed: Size, have: Size): Size {
  const units = Math.max(1, needed.units - have.units);
  return { units, requests: Math.max(units, needed.requests - have.requests) };
}

/** What was observed may be luck, so that what a candidate that does not differ would need is told beside it. */
function unchangedText(unchanged: Size, observed: NeededData, have: Size): string {
  if (unchanged.units <= have.units) return ' (an unchanged candidate would probably have passed by now)';
  if (unchanged.units === observed.units) return ', and as many if nothing has changed';
  const { units, requests } = more(unchanged, have);
  return ` (${formatCount(roundUp(requests))} from ${formatCount(roundUp(units))} if nothing has changed)`;
}

/** What a planned end will bring: `; by the planned 20,000 users the chance of a decision is 63% if this is how it is, and that of a pass 85% if nothing has changed`. */
function expectation({ users, observed, unchanged, enough }: PlannedEnd): string {
  const harmless =
    unchanged === undefined ? '' : `, and the chance of a pass ${percent(unchanged)} if nothing has changed`;
  const end = `; by the planned ${countOf(users, 'user')} the chance of a decision is ${percent(observed)} if the difference stays like this${harmless}`;
  if (observed >= likely) return end;
  return enough === null
    ? `${end}; it lies exactly on its bound, which no end can decide`
    : `${end}; an end at about ${formatCount(roundUp(enough))} would give ${percent(likely)}`;
}

/** The chance at which data count as enough. */
const likely = 0.8;

function percent(chance: number): string {
  return `${Math.min(99, Math.max(1, Math.round(100 * chance)))}%`;
}

/** Two significant digits are all that such a forecast is worth. */
function roundUp(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / step) * step;
}
