import { type Metric, metricTraits, type PlainFamily } from '../../domain/metric.ts';
import { quoteLiteral } from '../../database/database.ts';
import { kpiColumn } from '../../requests/values/wanted-values.ts';
import type { InfluenceMetric } from '../table/influence-metric.ts';
import { labelledAnswers } from '../table/labelled-answers.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import type { Planting } from '../table/planting.ts';
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
import {
  answersOf,
  baselineAnswers,
  everyNumber,
  extremes,
  failures,
  failuresOfAll,
  mistakes,
  numbersIn,
  rightAnswers,
  scores,
  times,
  wrongAnswers,
} from './plantings.ts';
import { precision } from './precision.ts';
import { areaUnderCurve } from './ranking/area-under-curve.ts';
import { averagePrecision } from './ranking/average-precision.ts';
import { recallAtAlerts } from './ranking/recall-at-alerts.ts';
import { recall } from './recall.ts';
import { scoreMean } from './score-mean.ts';
import { costMean, firstTokenMean, tokensMean } from './usage-means.ts';
import { rootMeanSquaredError } from './root-mean-squared-error.ts';

/** What is known of a metric beside its name and traits. */
interface Family {
  /**
   * What it is computed from: a mean over requests, or what is computed with what each unit moves it by. Undefined for a
   * quantile, for a peak of memory, and for a cost that no plan gives.
   */
  readonly definition: MeanMetric | InfluenceMetric | undefined;
  readonly planting: Planting;
}

/** Of a metric whose effects no recorded outcome shows. */
function unplanted(definition: Family['definition']): Family {
  return { definition, planting: { into: 'none' } };
}

/** Families of which the name says all. */
const plainFamilies: Readonly<Record<PlainFamily, (labels: readonly string[]) => Family>> = {
  accuracy: (labels) => ({ definition: accuracy, planting: rightAnswers(labels) }),
  macro_f1: (labels) => ({ definition: macroF1, planting: { ...rightAnswers(labels), evenly: false } }),
  fpr: (labels) => ({ definition: falsePositiveRate, planting: wrongAnswers(labels, 'NOT is_positive') }),
  // -ln(p^f) = f * -ln(p)
  log_loss: () => ({
    definition: logLoss,
    planting: everyNumber('true_score', (p, f) => `greatest(1e-15, ${p}) ** ${f}`),
  }),
  auc: () => ({ definition: areaUnderCurve, planting: scores }),
  pr_auc: () => ({ definition: averagePrecision, planting: scores }),
  mae: () => ({ definition: meanAbsoluteError, planting: mistakes }),
  rmse: () => ({ definition: rootMeanSquaredError, planting: mistakes }),
  agreement: (labels) => ({ definition: agreement, planting: baselineAnswers(labels) }),
};

/** @param labels of a classification; none of a regression */
function familyOf(metric: Metric, labels: readonly string[] = []): Family {
  switch (metric.family) {
    case 'latency':
      return { definition: metric.statistic === 'mean' ? latencyMean(metric) : undefined, planting: times };
    case 'error_rate':
      return metric.repeats === undefined
        ? { definition: errorRate, planting: failures }
        : { definition: repeatedErrorRate, planting: failuresOfAll };
    case 'recall':
      return {
        definition: recall(metric.label),
        planting: rightAnswers(labels, `label = ${quoteLiteral(metric.label)}`),
      };
    case 'precision':
      return { definition: precision(metric.label), planting: answersOf(quoteLiteral(metric.label)) };
    case 'decision_cost':
      return {
        definition: metric.costs && decisionCost(metric.costs),
        planting: { ...wrongAnswers(labels), evenly: false },
      };
    case 'recall_at_alerts':
      return { definition: recallAtAlerts(metric.rate), planting: scores };
    case 'memory':
      return unplanted(undefined);
    case 'score':
      return { definition: metric.score && scoreMean(metric.score), planting: extremes(metric.score) };
    case 'tokens':
      return unplanted(tokensMean(metric.tokens));
    case 'cost':
      return unplanted(metric.prices && costMean(metric.prices));
    case 'first_token':
      return unplanted(firstTokenMean(metric.timeoutMs));
    case 'kpi':
      return { definition: businessMetric(metric.field, metric), planting: numbersIn(kpiColumn(metric.field)) };
    case 'left_out':
      return unplanted(leftOut(metric.of, metric.comparison, definitionOf(metric.of)?.domain));
    case 'labelled':
      return unplanted(labelledAnswers(metric.answers));
    default:
      return plainFamilies[metric.family](labels);
  }
}

function definitionOf(metric: Metric): Family['definition'] {
  return familyOf(metric).definition;
}

/**
 * How effects are planted into a metric.
 * @param labels of a classification; none of a regression
 */
export function plantingOf(metric: Metric, labels: readonly string[]): Planting {
  return familyOf(metric, labels).planting;
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
