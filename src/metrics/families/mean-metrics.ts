import type { Metric } from '../../domain/metric.ts';
import { meanAbsoluteError } from './absolute-error.ts';
import { accuracy } from './accuracy.ts';
import { agreement } from './agreement.ts';
import { businessMetric } from './business-metric.ts';
import { decisionCost } from './decision-cost.ts';
import { falsePositiveRate } from './false-positive-rate.ts';
import { errorRate } from './error-rate.ts';
import { labelledAnswers } from '../table/labelled-answers.ts';
import { leftOut } from './left-out.ts';
import { influenceMetricOf } from './influence-metrics.ts';
import { latencyMean } from './latency-mean.ts';
import { logLoss } from './log-loss.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import { precision } from './precision.ts';
import { recall } from './recall.ts';
import { rootMeanSquaredError } from './root-mean-squared-error.ts';

/** The definition of a mean-type metric; undefined for a metric that needs more than sums by unit. */
export function meanMetricOf(metric: Metric): MeanMetric | undefined {
  switch (metric.family) {
    case 'latency':
      return metric.statistic === 'mean' ? latencyMean(metric) : undefined;
    case 'error_rate':
      return errorRate;
    case 'accuracy':
      return accuracy;
    case 'agreement':
      return agreement;
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
    case 'mae':
      return meanAbsoluteError;
    case 'rmse':
      return rootMeanSquaredError;
    case 'kpi':
      return businessMetric(metric.field, metric.cap);
    case 'left_out':
      return leftOut(metric.of, metric.comparison, domainOf(metric.of));
    case 'labelled':
      return labelledAnswers(metric.answers);
    case 'memory':
    case 'macro_f1':
    case 'auc':
    case 'pr_auc':
    case 'recall_at_alerts':
      return undefined;
  }
}

function domainOf(metric: Metric): MeanMetric['domain'] | undefined {
  return (meanMetricOf(metric) ?? influenceMetricOf(metric))?.domain;
}
