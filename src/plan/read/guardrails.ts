import { metricNames, metricTraits, parseMetric, type Metric } from '../../domain/metric.ts';
import { boundKinds, boundKindsOf, exampleBound, readBound } from './bound.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import type { Finding } from '../../documents/findings.ts';
import {
  child,
  isEmpty,
  itemsOf,
  keysOf,
  nodeAt,
  plainValue,
  textOf,
  type TreeNode,
  type TreePath,
} from '../../documents/tree.ts';

/** Checks every guardrail's metric, bounds and units, and that no bound is written twice. */
export function checkGuardrails(root: TreeNode): Finding[] {
  const guardrails = itemsOf(nodeAt(root, ['guardrails']));
  return [
    ...guardrails.flatMap((guardrail, index) => checkGuardrail(guardrail, ['guardrails', index])),
    ...checkDuplicates(guardrails),
  ];
}

function checkGuardrail(guardrail: TreeNode, path: TreePath): Finding[] {
  const name = textOf(child(guardrail, 'metric'));
  if (name === undefined) return [];
  const metric = parseMetric(name);
  if (metric !== undefined) return [...checkBounds(guardrail, metric, path), ...checkSegments(guardrail, metric, path)];
  // Without a metric nobody can tell which unit a bound needs.
  const bounds = boundKinds.map((kind): TreePath => [...path, kind]);
  const pieces = cutPieces(guardrail, name);
  const at = { path: [...path, 'metric'] };
  if (pieces === undefined) {
    const message = `metric: ${name} is not a metric`;
    return [{ ...at, rule: 'unknown-metric', message, hint: didYouMean(name, metricNames), explains: bounds }];
  }
  const message = `metric: ${name} is cut off at the comma`;
  const hint = `write metric: "${[name, ...pieces].join(',')}"`;
  const explains = [...bounds, ...pieces.map((piece): TreePath => [...path, piece])];
  return [{ ...at, rule: 'cut-metric', message, hint, explains }];
}

/**
 * In a flow mapping YAML ends a value at a comma, so `{ metric: recall(a,b) }` has the keys `metric` and `b)`.
 * @returns the keys that belong to the metric's name; undefined where it was not cut.
 */
function cutPieces(guardrail: TreeNode, name: string): readonly string[] | undefined {
  if (!name.includes('(') || name.includes(')')) return undefined;
  const keys = keysOf(guardrail);
  const from = keys.indexOf('metric') + 1;
  const end = keys.findIndex((key, index) => index >= from && key.endsWith(')'));
  return end < from ? undefined : keys.slice(from, end + 1);
}

function checkBounds(guardrail: TreeNode, metric: Metric, path: TreePath): Finding[] {
  const written = boundKinds.filter((kind) => child(guardrail, kind) !== undefined);
  if (written.length === 0) {
    const traits = metricTraits(metric);
    const examples = boundKindsOf(traits).map((kind) => exampleBound(kind, traits));
    const message = `the guardrail on ${metric.id} has no bound`;
    return [{ path, rule: 'no-bound', message, hint: `write ${examples.join(' or ')}` }];
  }
  return written.flatMap((kind): Finding[] => {
    const node = child(guardrail, kind);
    if (node === undefined || isEmpty(node)) return [];
    const read = readBound(kind, metric, plainValue(node));
    if (read.ok) return [];
    return [{ path: [...path, kind], rule: 'invalid-bound', message: `${kind}: ${read.problem}`, hint: read.hint }];
  });
}

/** A process has one peak over all requests, whoever sent them. */
function checkSegments(guardrail: TreeNode, metric: Metric, path: TreePath): Finding[] {
  if (metric.family !== 'memory' || child(guardrail, 'segments') === undefined) return [];
  const message = `segments: ${metric.id} is one number of the whole replay, so no segment has its own`;
  return [{ path: [...path, 'segments'], at: 'key', rule: 'no-segments', message, hint: 'leave segments out' }];
}

/** One metric may have a bound to roll back at and a closer one to wait at, so what a breach means is part of the identity. */
function checkDuplicates(guardrails: readonly TreeNode[]): Finding[] {
  const seen = new Set<string>();
  return guardrails.flatMap((guardrail, index) => {
    const name = textOf(child(guardrail, 'metric'));
    const metric = name === undefined ? undefined : parseMetric(name);
    if (metric === undefined) return [];
    const onBreach = textOf(child(guardrail, 'onBreach')) ?? 'rollback';
    return boundKinds.flatMap((kind): Finding[] => {
      if (child(guardrail, kind) === undefined) return [];
      const identity = `${metricKey(metric)} ${kind} ${onBreach}`;
      if (!seen.has(identity)) {
        seen.add(identity);
        return [];
      }
      const path = ['guardrails', index, kind];
      const message = `${metric.id} has another ${kind} with onBreach: ${onBreach}`;
      return [{ path, at: 'key', rule: 'duplicate-guardrail', message, hint: 'keep one of the two' }];
    });
  });
}

/** Equal for two spellings of one metric, such as `latency.p95` and `latency.p95.0`. */
export function metricKey(metric: Metric): string {
  if (metric.family === 'recall_at_alerts') return `${metric.family}(${metric.rate})`;
  if (metric.family !== 'latency') return metric.id;
  return metric.statistic === 'mean' ? 'latency.mean' : `latency.p${metric.probability * 100}`;
}
