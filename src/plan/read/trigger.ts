import { holdsNumbers } from '../../domain/told-number.ts';
import { boundsOwnValue } from '../../domain/bound.ts';
import { boundKinds } from './bound.ts';
import type { Metric } from '../../domain/metric.ts';
import { triggeredMetric } from '../../domain/statistics/bounded-metric.ts';
import type { Finding } from '../../documents/findings.ts';
import { child, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';
import { formatOfGuardrail } from './remote/guarded-source.ts';
import type { SectionReading } from './section.ts';

/** Reads `trigger` and `carryOver` of a guardrail: a business metric that is compared where the versions' answers differ. */
export function readTrigger(root: TreeNode, path: TreePath, metric: Metric): SectionReading<Metric> {
  const guardrail = nodeAt(root, path);
  const trigger = child(guardrail, 'trigger');
  const carryOver = child(guardrail, 'carryOver');
  if (trigger === undefined) {
    const findings =
      carryOver === undefined
        ? []
        : [finding(path, 'carryOver', 'carryOver needs a trigger', 'write trigger: answers-differ beside it')];
    return { value: metric, findings };
  }
  const problem = problemOf(root, guardrail, metric);
  if (problem !== undefined || metric.family !== 'kpi')
    return { value: metric, findings: problem === undefined ? [] : [finding(path, 'trigger', ...problem)] };
  return { value: triggeredMetric(metric, textOf(carryOver) === 'none' ? 'request' : 'user'), findings: [] };
}

/** Why a guardrail has no trigger, and what to write instead. */
function problemOf(
  root: TreeNode,
  guardrail: TreeNode | undefined,
  metric: Metric,
): readonly [problem: string, hint: string] | undefined {
  if (metric.family !== 'kpi')
    return [`${metric.id} is compared on every request`, 'leave trigger out; it is for kpi.NAME'];
  if (holdsNumbers(formatOfGuardrail(root, guardrail)))
    return ['numbers per version do not say on which requests the versions differ', 'leave trigger out, or name a log'];
  if (boundKinds.some((kind) => boundsOwnValue(kind) && child(guardrail, kind) !== undefined))
    return [
      "the candidate's own value is that of all its requests",
      'write maxDecrease or maxIncrease here, and max or min in a guardrail without trigger',
    ];
  return undefined;
}

function finding(path: TreePath, key: string, problem: string, hint: string): Finding {
  return { path: [...path, key], at: 'key', rule: 'invalid-trigger', message: `${key}: ${problem}`, hint };
}
