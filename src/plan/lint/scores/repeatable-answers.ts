import { holdsNumbers } from '../../../domain/told-number.ts';
import type { Metric } from '../../../domain/metric.ts';
import type { RolloutPlan } from '../../../domain/plan.ts';
import { isRecorded } from '../../../domain/registry.ts';
import { type NumberedVersion, resolveBoth } from '../../../domain/resolve-version.ts';
import type { Role } from '../../../domain/role.ts';
import { freeKindOf } from '../../../domain/scores/free-answer.ts';
import { type LintFinding, type LintRule, type Mismatch, unfitMetric } from '../rule.ts';

/** What nobody asks again has no second answer, and not every metric is a mean over the answers of one request. */
export const repeatableAnswers: LintRule = {
  name: 'repeatable-answers',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    if (plan.replay.repeats === undefined || both === undefined) return [];
    const mismatch = unaskable(plan, both);
    if (mismatch !== undefined) {
      const message = `repeats: ${mismatch.problem}`;
      return [{ severity: 'error', path: ['replay', 'repeats'], message, hint: mismatch.hint }];
    }
    return plan.guardrails.flatMap(({ metric, source }, index): LintFinding[] => {
      const unfit = source === undefined ? unfitFor(metric) : undefined;
      if (unfit === undefined) return [];
      return [unfitMetric(index, metric, unfit)];
    });
  },
};

function unaskable(
  { requests }: RolloutPlan,
  { baseline, candidate }: Record<Role, NumberedVersion>,
): Mismatch | undefined {
  const leaveOut = 'leave it out';
  if (holdsNumbers(requests.format))
    return { problem: `nothing is asked where the source holds numbers (${requests.format})`, hint: leaveOut };
  if (requests.fields.served !== undefined)
    return { problem: 'nothing is asked of a live split, whose answers were served once', hint: leaveOut };
  for (const { version, entry } of [baseline, candidate]) {
    const { output } = entry.signature;
    if (isRecorded(entry.artifact.runtime)) {
      const problem = `the answers of ${version} are recorded, so that it cannot be asked again`;
      return { problem, hint: 'leave it out, or give the version a runtime that canary can replay' };
    }
    if (freeKindOf(output) !== undefined) continue;
    const problem = `${version} is a ${output.kind}, and only scores of texts, rankings and JSON are averaged`;
    return { problem, hint: 'leave it out, or write "kind": "text" in signature.output and guard exact_match' };
  }
  return undefined;
}

function unfitFor(metric: Metric): Mismatch | undefined {
  const isTimed = metric.family === 'latency' || (metric.family === 'tokens' && metric.tokens === 'per_second');
  if (isTimed) {
    const problem = 'times each request once, and with replay.repeats none of the answers is the one that was timed';
    return { problem, hint: 'write latency.first_token, or time the versions in a plan without repeats' };
  }
  if (metric.family !== 'agreement') return undefined;
  const problem = 'compares one answer with one, and with replay.repeats each version has several';
  return { problem, hint: 'guard a score of the answers' };
}
