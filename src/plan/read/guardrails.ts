import { holdsVersionNumbers } from '../../domain/told-number.ts';
import { isPerLabel, metricNames, metricTraits, parseMetric, type Metric } from '../../domain/metric.ts';
import { boundKinds, boundKindsOf, exampleBound, readBound } from './bound.ts';
import { nameInPlan, sourcedMetric } from '../../domain/statistics/bounded-metric.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import type { Finding } from '../../documents/findings.ts';
import {
  child,
  choiceOf,
  isEmpty,
  itemsOf,
  keysOf,
  nodeAt,
  numberOf,
  plainValue,
  textOf,
  textsOf,
  type TreeNode,
  type TreePath,
} from '../../documents/tree.ts';
import type { DecisionCosts } from '../../domain/decision-costs.ts';
import type { Guardrail } from '../../domain/plan.ts';
import type { Prices } from '../../domain/scores/prices.ts';
import { planDefaults } from './defaults.ts';
import { readCap } from './cap.ts';
import { readTrigger } from './trigger.ts';
import { misreading, readDuration } from './quantity.ts';
import { validatePath } from './paths.ts';
import { unexplainedMetrics } from './scores/unexplained-metrics.ts';
import type { Scores } from './scores/scores.ts';
import { known, readAt, type SectionReading } from './section.ts';
import { validateGuardedSegments } from './segments.ts';
import { formatOfGuardrail, validateGuardedSource } from './remote/guarded-source.ts';
import { validateStages } from './stages/guarded-stages.ts';

const onBreachWords = ['rollback', 'hold', 'report'] as const;

/** What a plan says elsewhere and the names of metrics do not tell. */
export interface MetricContext {
  readonly costs: DecisionCosts | undefined;
  readonly scores: Scores;
  readonly prices: Prices | undefined;
}

/** Reads every guardrail's metric and bounds with their units, and checks that no bound is written twice. */
export function readGuardrails(root: TreeNode, context: MetricContext): SectionReading<readonly Guardrail[]> {
  const guardrails = itemsOf(nodeAt(root, ['guardrails']));
  const read = guardrails.map((_, index) => readGuardrail(root, ['guardrails', index], context));
  return {
    value: read.flatMap(({ value }) => value ?? []),
    findings: [
      ...read.flatMap(({ findings }) => findings),
      ...checkDuplicates(guardrails),
      ...checkDeciding(guardrails),
      ...guardrails.flatMap((_, index) => validateGuardedSegments(root, ['guardrails', index, 'segments'])),
      ...unexplainedMetrics(root, guardrails),
    ],
  };
}

function readGuardrail(root: TreeNode, path: TreePath, context: MetricContext): SectionReading<Guardrail | undefined> {
  const guardrail = nodeAt(root, path);
  const name = textOf(child(guardrail, 'metric'));
  if (guardrail === undefined || name === undefined) return { value: undefined, findings: [] };
  const named = parseMetric(name);
  if (named === undefined) return { value: undefined, findings: [unknownMetric(guardrail, name, path)] };
  const metric = withPlan(root, named, context);
  const bounds = boundKinds.map((kind) =>
    readAt(root, [...path, kind], (written) => readBound(kind, metric, written), { rule: 'invalid-bound' }),
  );
  const capped = readAt(root, [...path, 'cap'], (written) =>
    holdsVersionNumbers(formatOfGuardrail(root, guardrail)) ? alreadyMean : readCap(metric, written),
  );
  const triggered = readTrigger(root, path, capped.value ?? metric);
  const source = textOf(child(guardrail, 'source'));
  const segments = child(guardrail, 'segments');
  const isAuto = textOf(segments) === 'auto';
  const stages = child(guardrail, 'stages');
  return {
    value: {
      metric: sourcedMetric(triggered.value, source),
      ...(source === undefined ? {} : { source }),
      bounds: bounds.flatMap(({ value }) => value ?? []),
      segments: isAuto ? [] : textsOf(segments),
      ...(isAuto ? { autoSegments: true } : {}),
      ...(stages === undefined ? {} : { stages: textsOf(stages) }),
      onBreach: choiceOf(child(guardrail, 'onBreach'), onBreachWords) ?? planDefaults.guardrails.onBreach,
      test: choiceOf(child(guardrail, 'test'), ['interval', 'point']) ?? planDefaults.guardrails.test,
    },
    findings: [
      ...checkBounded(guardrail, metric, path),
      ...bounds.flatMap(({ findings }) => findings),
      ...capped.findings,
      ...triggered.findings,
      ...validateSegments(guardrail, metric, path),
      ...validateStages(root, [...path, 'stages']),
      ...validateGuardedSource(root, [...path, 'source']),
      ...(metric.family === 'kpi' ? validatePath([...path, 'metric'], metric.field) : []),
    ],
  };
}

const alreadyMean = misreading(
  'numbers per version are already means, which a cap cannot change',
  'leave cap out, and cap the values before they are averaged',
);

/** A metric with what the plan says elsewhere and its name does not tell. */
function withPlan(root: TreeNode, metric: Metric, { costs, scores, prices }: MetricContext): Metric {
  if (metric.family === 'decision_cost' && costs !== undefined) return { ...metric, costs };
  if (metric.family === 'cost' && prices !== undefined) return { ...metric, prices };
  const repeats = numberOf(nodeAt(root, ['replay', 'repeats']));
  if (metric.family === 'error_rate' && repeats !== undefined) return { ...metric, repeats };
  if (metric.family === 'score') {
    const score = metric.score ?? scores.get(metric.name);
    return { ...metric, ...known({ score: score === undefined ? undefined : { ...score, ...known({ repeats }) } }) };
  }
  if (metric.family !== 'first_token' && (metric.family !== 'latency' || metric.statistic !== 'mean')) return metric;
  const written = nodeAt(root, ['replay', 'timeout']);
  const timeout = readDuration(
    written === undefined || isEmpty(written) ? planDefaults.replay.timeout : plainValue(written),
  );
  return timeout.ok ? { ...metric, timeoutMs: timeout.value } : metric;
}

function unknownMetric(guardrail: TreeNode, name: string, path: TreePath): Finding {
  // Without a metric nobody can tell which unit a bound needs.
  const bounds = boundKinds.map((kind): TreePath => [...path, kind]);
  const pieces = cutPieces(guardrail, name);
  const at = { path: [...path, 'metric'] };
  if (pieces === undefined) {
    const message = `metric: ${name} is not a metric`;
    return { ...at, rule: 'unknown-metric', message, hint: didYouMean(name, metricNames), explains: bounds };
  }
  const message = `metric: ${name} is cut off at the comma`;
  const hint = `write metric: "${[name, ...pieces].join(',')}"`;
  const explains = [...bounds, ...pieces.map((piece): TreePath => [...path, piece])];
  return { ...at, rule: 'cut-metric', message, hint, explains };
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

function checkBounded(guardrail: TreeNode, metric: Metric, path: TreePath): Finding[] {
  if (boundKinds.some((kind) => child(guardrail, kind) !== undefined)) return [];
  const traits = metricTraits(metric);
  const examples = boundKindsOf(traits).map((kind) => exampleBound(kind, traits));
  const message = `the guardrail on ${metric.id} has no bound`;
  return [{ path, rule: 'no-bound', message, hint: `write ${examples.join(' or ')}` }];
}

/** A process has one peak over all requests, whoever sent them; and `recall(*)` has parts already. */
function validateSegments(guardrail: TreeNode, metric: Metric, path: TreePath): Finding[] {
  if (child(guardrail, 'segments') === undefined) return [];
  if (isPerLabel(metric)) {
    const message = `segments: ${metric.id} is judged on each true label, not on segments`;
    const hint = 'leave segments out, or write another guardrail on accuracy with segments';
    return [{ path: [...path, 'segments'], at: 'key', rule: 'no-segments', message, hint }];
  }
  if (metric.family !== 'memory') return [];
  const message = `segments: ${metric.id} is one number of the whole replay, so no segment has its own`;
  return [{ path: [...path, 'segments'], at: 'key', rule: 'no-segments', message, hint: 'leave segments out' }];
}

/** What is only reported shows nothing to go on with. */
function checkDeciding(guardrails: readonly TreeNode[]): Finding[] {
  if (guardrails.length === 0 || guardrails.some((each) => textOf(child(each, 'onBreach')) !== 'report')) return [];
  const message = 'every guardrail says onBreach: report, so none decides';
  const hint = 'leave onBreach out of a guardrail, or write onBreach: hold';
  return [{ path: ['guardrails'], at: 'key', rule: 'no-guardrail-decides', message, hint }];
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
      const cap = child(guardrail, 'cap');
      const capped = cap === undefined ? '' : JSON.stringify(plainValue(cap));
      const triggered = [child(guardrail, 'trigger'), child(guardrail, 'carryOver')].map(textOf).join(' ');
      const where = [textsOf(child(guardrail, 'stages')).join(), textOf(child(guardrail, 'source'))].join(' ');
      const identity = `${metricKey(metric)} ${kind} ${onBreach} ${capped} ${triggered} ${where}`;
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
  if (metric.family !== 'latency') return nameInPlan(metric.id);
  return metric.statistic === 'mean' ? 'latency.mean' : `latency.p${metric.probability * 100}`;
}
