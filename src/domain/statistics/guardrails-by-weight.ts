import { harmfulEnd, limitOf } from '../bound.ts';
import type { GuardrailResult } from '../evidence.ts';

const statusRank: Readonly<Record<GuardrailResult['status'], number>> = {
  breach: 0,
  uncomputable: 1,
  inconclusive: 2,
  pass: 3,
  'not-applicable': 4,
};

/**
 * Guardrails in the order in which they matter, those that only report last: breaches first (those that roll back before those that hold), then what
 * could not be computed, then what is undecided, then what passes; the whole before its segments;
 * then by how much of what the bound allows is used up.
 */
export function guardrailsByWeight(guardrails: readonly GuardrailResult[]): GuardrailResult[] {
  return guardrails.toSorted((a, b) => {
    const [left, right] = [weights(a), weights(b)];
    const decisive = left.findIndex((weight, index) => weight !== right[index]);
    if (decisive === -1) return 0;
    return (left[decisive] ?? 0) < (right[decisive] ?? 0) ? -1 : 1;
  });
}

/** What the order depends on, the most decisive first; the smallest comes first. */
function weights(result: GuardrailResult): readonly number[] {
  const isMildBreach = result.status === 'breach' && result.onBreach === 'hold';
  const isReport = result.onBreach === 'report' ? 1 : 0;
  return [
    isReport,
    statusRank[result.status],
    isMildBreach ? 1 : 0,
    result.segment === null ? 0 : 1,
    -boundUsed(result),
  ];
}

/** How much of its allowance the tested quantity takes: 1 at the bound, more beyond it, the least where it has no value. */
function boundUsed({ bound, value }: GuardrailResult): number {
  if (value === undefined) return -Infinity;
  const limit = limitOf(bound.kind, bound.value);
  if (bound.kind === 'min') return value > 0 ? limit / value : Infinity;
  if (limit !== 0) return value / limit;
  const harmful = harmfulEnd(bound.kind) === 'low' ? value < 0 : value > 0;
  return harmful ? Infinity : 0;
}
