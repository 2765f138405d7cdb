import type { Comparison, ComparisonNumbers, GuardrailResult } from '../domain/evidence.ts';
import { metricTraits, parseMetric } from '../domain/metric.ts';

const statusRank: Readonly<Record<GuardrailResult['status'], number>> = {
  breach: 0,
  uncomputable: 1,
  inconclusive: 2,
  pass: 3,
};

/**
 * Guardrails in the order in which they matter: breaches first (those that roll back before those that hold), then what
 * could not be computed, then what is undecided, then what passes; the whole before its segments; else the plan's order.
 */
export function guardrailsByWeight(guardrails: readonly GuardrailResult[]): GuardrailResult[] {
  const weights = (result: GuardrailResult) => [
    statusRank[result.status],
    result.status === 'breach' && result.onBreach === 'hold' ? 1 : 0,
    result.segment === null ? 0 : 1,
  ];
  return guardrails.toSorted((a, b) => {
    const [left, right] = [weights(a), weights(b)];
    return left.map((weight, index) => weight - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  });
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
  const metric = parseMetric(comparison.metric);
  // A metric that this version does not know has no harmful direction: the size of its change stands in.
  const worse = metric === undefined ? Math.sign(comparison.delta) : metricTraits(metric).worse === 'higher' ? 1 : -1;
  const proven = worse < 0 ? comparison.high : comparison.low;
  return proven === undefined ? { tier: 1, harm: worse * comparison.delta } : { tier: 0, harm: worse * proven };
}

/** A comparison that has numbers. */
export function isComputed(comparison: Comparison): comparison is Comparison & ComparisonNumbers {
  return !('uncomputable' in comparison);
}
