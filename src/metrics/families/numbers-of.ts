import { isPerLabel, type Metric } from '../../domain/metric.ts';
import { positiveLabel } from '../../domain/positive-label.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import type { WantedNumbers } from '../../requests/values/wanted-numbers.ts';
import { groupMetricOf } from './group-metrics.ts';
import { needsOf } from './needs.ts';

/** What a plan's metrics need of requests and outcomes beyond what every judged request has. */
export function numbersOf(metrics: readonly Metric[], output: OutputSignature): WantedNumbers {
  const positive = positiveLabel(output);
  const negative = output.kind === 'classification' ? output.labels.find((label) => label !== positive) : undefined;
  return {
    trueScores: metrics.some(({ family }) => needsOf[family].score === 'true'),
    positiveScores: metrics.some(({ family }) => needsOf[family].score === 'positive'),
    positives: metrics.some((metric) => needsPositives(metric)),
    binary: positive === undefined || negative === undefined ? undefined : [negative, positive],
    kpis: metrics.flatMap((metric) => (metric.family === 'kpi' ? [metric.field] : [])),
    byLabel: metrics.some(isPerLabel),
    groups: metrics.some((metric) => groupMetricOf(metric) !== undefined),
  };
}

/** Whether a metric asks which requests are of the positive label. */
function needsPositives(metric: Metric): boolean {
  if (metric.family === 'decision_cost') return metric.costs?.kind === 'outcomes';
  return needsOf[metric.family].positive ?? false;
}
