import { holdsNumbers } from '../../domain/told-number.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { isRecorded, type Runtime } from '../../domain/registry.ts';
import { resolveBoth } from '../../domain/resolve-version.ts';
import type { LintRule } from './rule.ts';

/** A guardrail on what the log's format cannot hold only ever holds, unless a replay measures it. */
export const recordableMetrics: LintRule = {
  name: 'recordable-metrics',
  about: 'registry',
  check(plan, registry) {
    const { format } = plan.requests;
    const both = resolveBoth(plan, registry);
    if (holdsNumbers(format) || both === undefined) return [];
    const runtimes = [both.baseline, both.candidate].map(({ entry }) => entry.artifact.runtime);
    const traits = logFormatTraits[format];
    return plan.guardrails.flatMap(({ metric }, index) => {
      if (metric.family !== 'latency' && metric.family !== 'error_rate') return [];
      const holds = metric.family === 'latency' ? traits.latency : traits.errors;
      if (holds === true || !isFromLog(plan, metric.family, runtimes)) return [];
      return [
        {
          severity: 'warning' as const,
          path: ['guardrails', index, 'metric'],
          message: `metric: ${metric.id} cannot be computed, since ${holds}`,
          hint: 'give both versions a runtime that canary can replay, or judge it from another source',
        },
      ];
    });
  },
};

function isFromLog(plan: RolloutPlan, family: 'latency' | 'error_rate', runtimes: readonly Runtime[]): boolean {
  if (family === 'latency' && plan.replay.latency === 'recorded') return true;
  return runtimes.some(isRecorded);
}
