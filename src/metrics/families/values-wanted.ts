import { isPerLabel, type Metric, metricTraits } from '../../domain/metric.ts';
import { isTriggered } from '../../domain/statistics/bounded-metric.ts';
import { positiveLabel } from '../../domain/positive-label.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { isComputed } from '../../domain/scores/score.ts';
import type { WantedScore, WantedValues } from '../../requests/values/wanted-values.ts';

/**
 * What a plan's metrics need of requests and outcomes beyond what every judged request has.
 * @param areReplayed whether a replay tells where the versions of a live split answer differently
 */
export function valuesWantedBy(metrics: readonly Metric[], output: OutputSignature, areReplayed = false): WantedValues {
  const positive = positiveLabel(output);
  const negative = output.kind === 'classification' ? output.labels.find((label) => label !== positive) : undefined;
  return {
    numbers: [...new Set(metrics.flatMap((metric) => metricTraits(metric).numbers ?? []))],
    positives: metrics.some((metric) => needsPositives(metric)),
    binary: positive === undefined || negative === undefined ? undefined : [negative, positive],
    differences: metrics.some(isTriggered) ? (areReplayed ? 'replayed' : 'unknown') : undefined,
    kpis: [...new Set(metrics.flatMap((metric) => (metric.family === 'kpi' ? [metric.field] : [])))],
    scores: wantedScores(metrics),
    repeated: metrics.some((metric) => metric.family === 'error_rate' && metric.repeats !== undefined),
    byLabel: metrics.some(isPerLabel),
  };
}

/** The scores of the metrics, each once, and those that people gave where a judge is held against them. */
function wantedScores(metrics: readonly Metric[]): readonly WantedScore[] {
  const scores = metrics.flatMap((metric) => (metric.family === 'score' ? (metric.score ?? []) : []));
  const wanted = scores.flatMap((score): WantedScore[] => {
    const { name, source, truth, range, corrected } = score;
    const held: WantedScore[] = truth === undefined ? [] : [{ name: truth, from: 'outcome' }];
    const correctedBy = truth !== undefined && corrected === true ? { correctedBy: { truth, range } } : {};
    if (source.kind === 'pairwise') return [{ name, from: 'preference', field: source.field }];
    const repeated = score.repeats === undefined ? {} : ({ repeated: true } as const);
    return [{ name, from: isComputed(score) ? 'computed' : 'outcome', ...repeated, ...correctedBy }, ...held];
  });
  return [...new Map(wanted.toReversed().map((score) => [score.name, score])).values()].toReversed();
}

/** Whether a metric asks which requests are of the positive label. */
function needsPositives(metric: Metric): boolean {
  if (metric.family === 'decision_cost') return metric.costs?.kind === 'outcomes';
  return metricTraits(metric).answers === 'two labels';
}
