import { isRecorded } from '../../domain/registry.ts';
import { resolveBoth } from '../../domain/resolve-version.ts';
import type { LintFinding, LintRule } from './rule.ts';

/** A rate at which nothing is timed shows no queue, whoever wrote it expects one to show. */
export const timedLoad: LintRule = {
  name: 'timed-load',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    if (plan.replay.rate === undefined || both === undefined) return [];
    if (plan.requests.fields.served !== undefined || isRecorded(both.candidate.entry.artifact.runtime)) {
      return [warning("nothing will be sent, since the candidate's outcomes are recorded", 'leave it out')];
    }
    if (plan.guardrails.some(({ metric }) => metric.family === 'latency')) return [];
    return [
      warning(
        'nothing will be timed at it, since no guardrail is about latency',
        'add one, such as { metric: latency.p95, maxIncrease: 10% }',
      ),
    ];
  },
};

function warning(message: string, hint: string): LintFinding {
  return { severity: 'warning', path: ['replay', 'rate'], message: `rate: ${message}`, hint };
}
