import type { Comparison, ComparisonNumbers, GuardrailResult } from '../../domain/evidence.ts';
import { harmfulEnd, limitOf } from '../../domain/bound.ts';
import { metricTraits, nameInPlan, parseMetric } from '../../domain/metric.ts';

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

/**
 * Comparisons of one metric, worst first: by the harm that the data prove (the harmless end of the interval), then
 * those without an interval by their observed change, then those without a number.
 */
export function worstFirst(comparisons: readonly Comparison[]): Comparison[] {
  const ranked = comparisons.map((comparison) => ({ comparison, rank: harmRank(comparison) }));
  return ranked
    .toSorted((a, b) => a.rank.tier - b.rank.tier || b.rank.harm - a.rank.harm)
    .map(({ comparison }) => comparison);
}

function harmRank(comparison: Comparison): { readonly tier: number; readonly harm: number } {
  if (!isComputed(comparison)) return { tier: 2, harm: 0 };
  const metric = parseMetric(nameInPlan(comparison.metric));
  const direction = metric === undefined ? 'either' : metricTraits(metric).worse;
  // A metric without a harmful direction, or that this version does not know: the size of its change stands in.
  const worse = direction === 'either' ? Math.sign(comparison.delta) : direction === 'higher' ? 1 : -1;
  const proven = worse < 0 ? comparison.high : comparison.low;
  return proven === undefined ? { tier: 1, harm: worse * comparison.delta } : { tier: 0, harm: worse * proven };
}

/** A comparison that has numbers. */
export function isComputed(comparison: Comparison): comparison is Comparison & ComparisonNumbers {
  return !('uncomputable' in comparison);
}
