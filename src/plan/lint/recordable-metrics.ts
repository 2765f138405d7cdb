import { holdsNumbers } from '../../domain/told-number.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import { nameInPlan } from '../../domain/statistics/bounded-metric.ts';
import type { RequestSource, RolloutPlan } from '../../domain/plan.ts';
import { isRecorded, type Runtime } from '../../domain/registry.ts';
import { resolveBoth } from '../../domain/resolve-version.ts';
import { seriesFor } from '../../domain/remote/metric-series.ts';
import type { LintFinding, LintRule } from './rule.ts';

/** A guardrail on what the log's format cannot hold only ever holds, unless a replay measures it. */
export const recordableMetrics: LintRule = {
  name: 'recordable-metrics',
  about: 'registry',
  check(plan, registry) {
    const { format } = plan.requests;
    const both = resolveBoth(plan, registry);
    const further = Object.entries(plan.sources ?? {}).flatMap(([name, source]) => untold(plan, source, name));
    if (format === 'prometheus' || format === 'cloudwatch') return [...untold(plan, plan.requests), ...further];
    if (holdsNumbers(format) || both === undefined) return further;
    const runtimes = [both.baseline, both.candidate].map(({ entry }) => entry.artifact.runtime);
    const traits = logFormatTraits[format];
    const ofLog = plan.guardrails.flatMap(({ metric, source }, index): LintFinding[] => {
      if (source !== undefined || (metric.family !== 'latency' && metric.family !== 'error_rate')) return [];
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
    return [...ofLog, ...further];
  },
};

function isFromLog(plan: RolloutPlan, family: 'latency' | 'error_rate', runtimes: readonly Runtime[]): boolean {
  if (family === 'latency' && plan.replay.latency === 'recorded') return true;
  return runtimes.some(isRecorded);
}

/** What no series and no query tells is in no answer. */
function untold(
  { guardrails }: RolloutPlan,
  { prometheus, cloudwatch }: RequestSource,
  name?: string,
): readonly LintFinding[] {
  const source = prometheus ?? cloudwatch;
  if (source === undefined) return [];
  const place = name === undefined ? 'requests' : `sources.${name}`;
  return guardrails.flatMap(({ metric, test, source: own }, index): LintFinding[] => {
    if (own !== name) return [];
    const path = ['guardrails', index, 'metric'];
    const query = prometheus?.queries.find((each) => each.name === nameInPlan(metric.id));
    const told = seriesFor(source, metric)?.series ?? query;
    if (told === undefined) {
      const message = `metric: ${metric.id} cannot be computed, since no series and no query gives it`;
      return [
        {
          severity: 'warning',
          path,
          message,
          hint: `add ${nameInPlan(metric.id)}: to ${place}.series or ${place}.queries`,
        },
      ];
    }
    const isPoint = told === query || ('kind' in told && told.kind === 'gauge');
    if (isPoint && test === 'interval') {
      const message = `metric: ${metric.id} is one number per version, which has no interval`;
      return [{ severity: 'warning', path, message, hint: 'write test: point' }];
    }
    if (isPoint || source.independent === true || test === 'point') return [];
    const message = `metric: ${metric.id} cannot be judged by an interval, since counters do not count users`;
    const hint = `write independent: true under ${place} if each request is evidence of its own, or test: point`;
    return [{ severity: 'warning', path, message, hint }];
  });
}
