import type { Metric } from '../domain/metric.ts';
import { areaUnderCurve } from './area-under-curve.ts';
import type { GroupMetric } from './group-metric.ts';
import { macroF1 } from './macro-f1.ts';
import { rootMeanSquaredError } from './root-mean-squared-error.ts';

/** The definition of a metric that is jackknifed over groups of units; undefined for any other. */
export function groupMetricOf({ family }: Metric): GroupMetric | undefined {
  switch (family) {
    case 'macro_f1':
      return macroF1;
    case 'auc':
      return areaUnderCurve;
    case 'rmse':
      return rootMeanSquaredError;
    default:
      return undefined;
  }
}
