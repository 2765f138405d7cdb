import { metricTraits, type MetricTraits } from '../../domain/metric.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { resolveBoth } from '../../domain/resolve-version.ts';
import { freeKindOf } from '../../domain/scores/free-answer.ts';
import { scoresFor } from './scores/scorable-answers.ts';
import type { LintRule } from './rule.ts';

const concerns: readonly (readonly [MetricTraits['concern'], string, string])[] = [
  ['latency', 'a slower candidate would pass', '{ metric: latency.p95, maxIncrease: 10% }'],
  ['errors', 'a candidate that fails more often would pass', '{ metric: error_rate, maxIncrease: 0.2pp }'],
];

/** A release can get slower, fail more, or answer worse; a plan should bound all three. */
export const guardedConcerns: LintRule = {
  name: 'guarded-concerns',
  about: 'plan',
  check(plan) {
    const guarded = guardedIn(plan);
    return concerns
      .filter(([concern]) => !guarded.has(concern))
      .map(([concern, consequence, example]) => ({
        severity: 'warning',
        path: ['guardrails'],
        message: `no guardrail on ${concern}, so ${consequence}`,
        hint: `add ${example}`,
      }));
  },
};

/** The same of quality, for which there are other metrics where answers are free. */
export const guardedQuality: LintRule = {
  name: 'guarded-quality',
  about: 'registry',
  check(plan, registry) {
    if (guardedIn(plan).has('quality')) return [];
    const output = resolveBoth(plan, registry)?.candidate.entry.signature.output;
    const kind = output === undefined ? undefined : freeKindOf(output);
    const hint = kind === undefined ? 'add { metric: accuracy, maxDecrease: 1pp }' : `of a ${kind}, ${scoresFor[kind]}`;
    const message = 'no guardrail on quality, so a candidate with worse answers would pass';
    return [{ severity: 'warning', path: ['guardrails'], message, hint }];
  },
};

function guardedIn({ guardrails }: RolloutPlan): ReadonlySet<MetricTraits['concern']> {
  const deciding = guardrails.filter(({ onBreach }) => onBreach !== 'report');
  return new Set(deciding.map(({ metric }) => metricTraits(metric).concern));
}
