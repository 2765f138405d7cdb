import { type Metric, metricTraits } from '../../domain/metric.ts';
import type { InfluenceMetric } from '../table/influence-metric.ts';
import { labelledAnswers } from '../table/labelled-answers.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import { meanAbsoluteError } from './absolute-error.ts';
import { accuracy } from './accuracy.ts';
import { agreement } from './agreement.ts';
import { businessMetric } from './business-metric.ts';
import { decisionCost } from './decision-cost.ts';
import { errorRate, repeatedErrorRate } from './error-rate.ts';
import { falsePositiveRate } from './false-positive-rate.ts';
import { latencyMean } from './latency-mean.ts';
import { leftOut } from './left-out.ts';
import { logLoss } from './log-loss.ts';
import { macroF1 } from './macro-f1.ts';
import { precision } from './precision.ts';
import { areaUnderCurve } from './ranking/area-under-curve.ts';
import { averagePrecision } from './ranking/average-precision.ts';
import { recallAtAlerts } from './ranking/recall-at-alerts.ts';
import { recall } from './recall.ts';
import { scoreMean } from './score-mean.ts';
import { costMean, firstTokenMean, tokensMean } from './usage-means.ts';
import { rootMeanSquaredError } from './root-mean-squared-error.ts';

/**
 * What a metric is computed from: a mean over requests, or what is computed with what each unit moves it by. Undefined for a
 * quantile, for a peak of memory, and for a cost that no plan gives.
 */
function definitionOf(metric: Metric): MeanMetric | InfluenceMetric | undefined {
  switch (metric.family) {
    case 'latency':
      return metric.statistic === 'mean' ? latencyMean(metric) : undefined;
    case 'error_rate':
      return metric.repeats === undefined ? errorRate : repeatedErrorRate;
    case 'accuracy':
      return accuracy;
    case 'macro_f1':
      return macroF1;
    case 'precision':
      return precision(metric.label);
    case 'recall':
      return recall(metric.label);
    case 'fpr':
      return falsePositiveRate;
    case 'decision_cost':
      return metric.costs === undefined ? undefined : decisionCost(metric.costs);
    case 'log_loss':
      return logLoss;
    case 'auc':
      return areaUnderCurve;
    case 'pr_auc':
      return averagePrecision;
    case 'recall_at_alerts':
      return recallAtAlerts(metric.rate);
    case 'mae':
      return meanAbsoluteError;
    case 'rmse':
      return rootMeanSquaredError;
    case 'agreement':
      return agreement;
    case 'memory':
      return undefined;
    case 'score':
      return metric.score === undefined ? undefined : scoreMean(metric.score);
    case 'tokens':
      return tokensMean(metric.tokens);
    case 'cost':
      return metric.prices === undefined ? undefined : costMean(metric.prices);
    case 'first_token':
      return firstTokenMean(metric.timeoutMs);
    case 'kpi':
      return businessMetric(metric.field, metric);
    case 'left_out':
      return leftOut(metric.of, metric.comparison, definitionOf(metric.of)?.domain);
    case 'labelled':
      return labelledAnswers(metric.answers);
  }
}

/** The definition of a mean-type metric; undefined for a metric that needs more than sums by unit. */
export function meanMetricOf(metric: Metric): MeanMetric | undefined {
  const definition = definitionOf(metric);
  if (definition === undefined || 'compute' in definition) return undefined;
  const { zeroOne, range } = metricTraits(metric);
  return zeroOne || range === undefined ? definition : { range, ...definition };
}

/** The definition of a metric that is no mean, with what each unit moves it by; undefined for any other. */
export function influenceMetricOf(metric: Metric): InfluenceMetric | undefined {
  const definition = definitionOf(metric);
  return definition !== undefined && 'compute' in definition ? definition : undefined;
}
