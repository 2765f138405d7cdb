import type { Estimate } from '../domain/estimate.ts';
import type { GuardrailResult, GuardrailStatus } from '../domain/evidence.ts';
import { metricTraits } from '../domain/metric.ts';
import type { Bound } from '../domain/plan.ts';
import { harmfulEnd, limitOf } from '../domain/bound.ts';
import { explain } from './explain.ts';
import type { GuardrailTest } from './guardrail-test.ts';

/**
 * Judges one test: `pass` when the whole of what the data leaves possible is within the bound, `breach` when none of
 * it is, `inconclusive` between the two, `uncomputable` without a number. Only a proof passes.
 */
export function judgeGuardrail(test: GuardrailTest): GuardrailResult {
  const { guardrail, bound, segment, estimate } = test;
  const status = statusOf(estimate, bound, guardrail.test);
  return {
    metric: guardrail.metric.id,
    segment,
    bound,
    onBreach: guardrail.onBreach,
    test: guardrail.test,
    unit: metricTraits(guardrail.metric).unit,
    status,
    ...numbersOf(estimate, guardrail.test),
    reason: explain(test, status),
    needed: neededFor(status, estimate),
  };
}

function statusOf(estimate: Estimate, bound: Bound, test: 'interval' | 'point'): GuardrailStatus {
  if (estimate.kind === 'uncomputable') return 'uncomputable';
  // A number that is not one must not slip through a comparison that happens to be false.
  if (!Number.isFinite(estimate.value)) return 'uncomputable';
  if (test === 'interval' && estimate.kind === 'unbounded')
    return estimate.unboundable === true ? 'uncomputable' : 'inconclusive';
  const { low, high } = leftOpen(estimate, test);
  const isHigh = harmfulEnd(bound.kind) === 'high';
  const [harmful, harmless] = isHigh ? [high, low] : [low, high];
  if (Number.isNaN(harmful) || Number.isNaN(harmless)) return 'uncomputable';
  const limit = limitOf(bound.kind, bound.value);
  const beyond = (x: number) => (isHigh ? x > limit : x < limit);
  if (!beyond(harmful)) return 'pass';
  // A bucket does not contain its lower edge.
  const excludesLow = estimate.within !== undefined && isHigh && low === limit;
  return beyond(harmless) || excludesLow ? 'breach' : 'inconclusive';
}

/** What the data leave possible: by their interval, or as they were observed. */
function leftOpen(estimate: Exclude<Estimate, { readonly kind: 'uncomputable' }>, test: 'interval' | 'point') {
  if (test === 'interval' && estimate.kind === 'estimated') return estimate;
  return estimate.within ?? { low: estimate.value, high: estimate.value };
}

function numbersOf(
  estimate: Estimate,
  test: 'interval' | 'point',
): { readonly value?: number; readonly low?: number; readonly high?: number } {
  if (estimate.kind === 'uncomputable' || !Number.isFinite(estimate.value)) return {};
  if (estimate.kind === 'unbounded' || test === 'point') return { value: estimate.value };
  return {
    value: estimate.value,
    // An interval that is open at one end has no number there.
    ...(Number.isFinite(estimate.low) ? { low: estimate.low } : {}),
    ...(Number.isFinite(estimate.high) ? { high: estimate.high } : {}),
  };
}

function neededFor(status: GuardrailStatus, estimate: Estimate): GuardrailResult['needed'] {
  if (status !== 'inconclusive' || estimate.kind === 'uncomputable') return { units: null, requests: null };
  const { units = null, requests = null, forInterval, unchanged, end } = estimate.needed ?? {};
  return {
    units,
    requests,
    ...(forInterval === undefined ? {} : { forInterval }),
    ...(unchanged === undefined ? {} : { unchanged }),
    ...(end === undefined ? {} : { end }),
  };
}
