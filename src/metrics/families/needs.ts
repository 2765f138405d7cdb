import type { Metric } from '../../domain/metric.ts';

/** What a metric needs of a request, beyond what every judged request has. */
export interface Needs {
  /** What is right: requests without a known truth are none of the metric's. */
  readonly truth: boolean;
  /** The score of the true label, or that of the positive one. */
  readonly score?: 'true' | 'positive';
  /** Whether the request is of the positive label; a cost table of outcomes needs that too. */
  readonly positive?: boolean;
}

const nothing: Needs = { truth: false };
const truth: Needs = { truth: true };
const ranking: Needs = { truth: true, score: 'positive', positive: true };

/** The needs of each family. A family that is not named here does not compile. */
export const needsOf: Readonly<Record<Metric['family'], Needs>> = {
  latency: nothing,
  error_rate: nothing,
  memory: nothing,
  kpi: nothing,
  agreement: nothing,
  accuracy: truth,
  macro_f1: truth,
  precision: truth,
  recall: truth,
  fpr: { truth: true, positive: true },
  decision_cost: truth,
  log_loss: { truth: true, score: 'true' },
  auc: ranking,
  pr_auc: ranking,
  recall_at_alerts: ranking,
  mae: truth,
  rmse: truth,
  left_out: truth,
  labelled: truth,
};
