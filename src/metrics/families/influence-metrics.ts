import type { Metric } from '../../domain/metric.ts';
import { areaUnderCurve } from './ranking/area-under-curve.ts';
import { averagePrecision } from './ranking/average-precision.ts';
import { recallAtAlerts } from './ranking/recall-at-alerts.ts';
import type { InfluenceMetric } from '../table/influence-metric.ts';
import { macroF1 } from './macro-f1.ts';

/** The definition of a metric that is no mean; undefined for any other. */
export function influenceMetricOf(metric: Metric): InfluenceMetric | undefined {
  switch (metric.family) {
    case 'macro_f1':
      return macroF1;
    case 'auc':
      return areaUnderCurve;
    case 'pr_auc':
      return averagePrecision;
    case 'recall_at_alerts':
      return recallAtAlerts(metric.rate);
    default:
      return undefined;
  }
}
