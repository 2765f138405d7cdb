import { isPerLabel, type Metric, metricTraits } from '../../domain/metric.ts';
import { positiveLabel } from '../../domain/positive-label.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import type { WantedValues } from '../../requests/values/wanted-values.ts';

/** What a plan's metrics need of requests and outcomes beyond what every judged request has. */
export function valuesWantedBy(metrics: readonly Metric[], output: OutputSignature): WantedValues {
  const positive = positiveLabel(output);
  const negative = output.kind === 'classification' ? output.labels.find((label) => label !== positive) : undefined;
  return {
    trueScores: metrics.some((metric) => metricTraits(metric).score === 'true'),
    positiveScores: metrics.some((metric) => metricTraits(metric).score === 'positive'),
    positives: metrics.some((metric) => needsPositives(metric)),
    binary: positive === undefined || negative === undefined ? undefined : [negative, positive],
    differences: metrics.some((metric) => metric.family === 'kpi' && metric.trigger !== undefined)
      ? 'unknown'
      : undefined,
    kpis: [...new Set(metrics.flatMap((metric) => (metric.family === 'kpi' ? [metric.field] : [])))],
    byLabel: metrics.some(isPerLabel),
  };
}

/** Whether a metric asks which requests are of the positive label. */
function needsPositives(metric: Metric): boolean {
  if (metric.family === 'decision_cost') return metric.costs?.kind === 'outcomes';
  return metricTraits(metric).answers === 'two labels';
}
