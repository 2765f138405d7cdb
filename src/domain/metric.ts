import type { DecisionCosts } from './decision-costs.ts';
import type { AnswerNumber } from './scores/answer-numbers.ts';
import type { Prices } from './scores/prices.ts';
import { builtInNames, type Score } from './scores/score.ts';
import { parseScored, scoreTraits } from './scores/scored-metric.ts';

/** A metric that a guardrail can bound, or a share of requests that a check asks of one. `perLabel`: the recall of all labels together, which is the accuracy, and of each true label on its own: `recall(*)`. */
export type Metric = DetailedMetric | { readonly id: string; readonly family: PlainFamily; readonly perLabel?: true };

/** A metric that its family alone does not tell. */
type DetailedMetric =
  | {
      readonly id: string;
      readonly family: 'latency';
      readonly statistic: 'mean';
      /** No request counts as longer, in ms; the mean is of the shorter of the two. */
      readonly cap?: number;
      /** How long a version is waited for, in ms: the plan's, which the name alone does not tell. */
      readonly timeoutMs?: number;
    }
  | { readonly id: string; readonly family: 'latency'; readonly statistic: 'quantile'; readonly probability: number }
  /** Most memory that a version's process had resident during a replay. */
  | { readonly id: string; readonly family: 'memory' }
  | { readonly id: string; readonly family: LabelFamily; readonly label: string }
  /** How often each version is asked each request: the plan's, which the name alone does not tell. */
  | { readonly id: string; readonly family: 'error_rate'; readonly repeats?: number }
  /** Recall where a fixed share of the requests, in (0, 1), raises an alarm: those with the highest scores. */
  | { readonly id: string; readonly family: 'recall_at_alerts'; readonly rate: number }
  /** The plan's `decisionCost`, which the name alone does not tell. */
  | { readonly id: string; readonly family: 'decision_cost'; readonly costs?: DecisionCosts }
  /** A number per answer: `score.NAME` of the plan's `scores`, which the name alone does not tell, or a built-in one such as `ndcg@10`. */
  | { readonly id: string; readonly family: 'score'; readonly name: string; readonly score?: Score }
  | { readonly id: string; readonly family: 'tokens'; readonly tokens: 'input' | 'output' | 'per_second' }
  /** What the tokens of a request cost, by the plan's prices. */
  | { readonly id: string; readonly family: 'cost'; readonly prices?: Prices }
  /** How long the first token of an answer took. */
  | { readonly id: string; readonly family: 'first_token'; readonly timeoutMs?: number }
  /** A numeric or boolean field of the log, by its dotted path. */
  | {
      readonly id: string;
      readonly family: 'kpi';
      readonly field: string;
      /** No request counts for more, above 0; then none may count for less than 0. */
      readonly cap?: number;
      /** Compared where the versions' answers differ: from a user's first such request on, or on such requests alone. */
      readonly trigger?: 'user' | 'request';
    }
  /** What a metric leaves out of a version. No plan names this or the next. */
  | { readonly id: string; readonly family: 'left_out'; readonly of: Metric; readonly comparison: 'paired' | 'served' }
  /** How often the truth is known of answers of both versions that are alike, or different. */
  | { readonly id: string; readonly family: 'labelled'; readonly answers: 'alike' | 'different' };

/** A family of which the name says all, as `accuracy`. */
export type PlainFamily = Exclude<keyof typeof traits, DetailedMetric['family']>;

/** Metrics of one label, which the name holds in parentheses. */
type LabelFamily = 'precision' | 'recall';

/** What a metric's numbers are: times in ms, sizes in bytes, shares in [0, 1], or numbers whose unit the model or the log knows. */
export type MetricUnit = 'ms' | 'bytes' | 'proportion' | 'number';

/** What is true of every metric of a family: what a bound may say of it, how its numbers are written, and what it is computed from. */
export interface MetricTraits {
  /** How a plan may write it, as help and error messages list it; where absent, as the family is called. */
  readonly names?: readonly string[];
  /** The direction that harms users; `either` where only the guardrail knows. */
  readonly worse: 'higher' | 'lower' | 'either';
  readonly unit: MetricUnit;
  /** Whether every request contributes 0 or 1, so that the rare-event methods apply. */
  readonly zeroOne: boolean;
  /** What the metric is about; a plan without one guardrail of each of the first three is warned about. */
  readonly concern: 'latency' | 'errors' | 'quality' | 'business' | 'resources';
  /** False for a metric that has no value of the baseline to compare with (agreement is with the baseline). */
  readonly hasBaseline: boolean;
  /** The most that one request can move it by, times the number of requests; absent where nothing bounds it. */
  readonly range?: number;
  /** Whether a number that is no share is never below 0. Times and sizes are not asked, and of a KPI nobody knows. */
  readonly neverNegative?: true;
  /** What a version has to answer with; of two labels, which requests are of the second one is asked too. */
  readonly answers: 'labels' | 'two labels' | 'numbers' | 'anything';
  /** Whether it asks what is right: requests without a known truth are none of the metric's. */
  readonly truth: boolean;
  /** The numbers of an answer that it needs, beside what the answer says. */
  readonly numbers?: readonly AnswerNumber[];
  /** Metrics that leave out the same requests have the same text here; where absent, no other one does. */
  readonly leavesOutAs?: string;
}

/** A probability below this counts as this in `log_loss`, so that one confident mistake does not cost infinitely much. */
export const leastProbability = 1e-15;

/** What such a mistake costs, -ln of it: about 34.5. */
export const largestLogLoss = -Math.log(leastProbability);

/** A share of requests, of which more is better. */
const share = {
  worse: 'lower',
  unit: 'proportion',
  zeroOne: true,
  concern: 'quality',
  hasBaseline: true,
  range: 1,
  answers: 'labels',
  truth: true,
} as const satisfies MetricTraits;

/** A mistake's size, of which less is better. */
const loss = {
  worse: 'higher',
  unit: 'number',
  zeroOne: false,
  concern: 'quality',
  hasBaseline: true,
  neverNegative: true,
  answers: 'labels',
  truth: true,
} as const satisfies MetricTraits;

/** What no truth has to be known for, and no answer. */
const measured = { zeroOne: false, hasBaseline: true, answers: 'anything', truth: false } as const;

/** What answering took. These numbers are read together. */
const taken = {
  ...measured,
  worse: 'higher',
  numbers: ['input_tokens', 'output_tokens', 'first_token_ms'],
} as const satisfies Partial<MetricTraits>;

/** How well scores tell two labels apart. */
const ranking = {
  ...share,
  zeroOne: false,
  answers: 'two labels',
  numbers: ['positive_score'],
} as const satisfies MetricTraits;

/** Every family of metrics, in the order in which help and error messages list them. */
const traits = {
  latency: {
    ...measured,
    names: ['latency.mean', 'latency.p50', 'latency.p90', 'latency.p95', 'latency.p99'],
    worse: 'higher',
    unit: 'ms',
    concern: 'latency',
    leavesOutAs: 'latency',
  },
  error_rate: { ...share, worse: 'higher', concern: 'errors', answers: 'anything', truth: false },
  accuracy: { ...share, leavesOutAs: 'accuracy' },
  macro_f1: { ...share, zeroOne: false, leavesOutAs: 'accuracy' },
  precision: { ...share, names: ['precision(LABEL)'] },
  recall: { ...share, names: ['recall(LABEL)', 'recall(*)'] },
  fpr: { ...share, worse: 'higher', answers: 'two labels' },
  decision_cost: loss,
  // A true label counts as no less likely than 1e-15.
  log_loss: { ...loss, range: largestLogLoss, numbers: ['true_score'] },
  auc: ranking,
  pr_auc: ranking,
  recall_at_alerts: { ...ranking, names: ['recall_at_alerts(1%)'] },
  mae: { ...loss, answers: 'numbers', leavesOutAs: 'mae' },
  rmse: { ...loss, answers: 'numbers', leavesOutAs: 'mae' },
  agreement: { ...share, hasBaseline: false, truth: false },
  memory: { ...measured, names: ['memory.peak'], worse: 'higher', unit: 'bytes', concern: 'resources' },
  score: { ...measured, names: ['score.NAME', ...builtInNames], worse: 'either', unit: 'number', concern: 'quality' },
  tokens: {
    ...taken,
    names: ['tokens.input', 'tokens.output', 'tokens.per_second'],
    unit: 'number',
    concern: 'resources',
  },
  cost: { ...taken, names: ['cost'], unit: 'number', concern: 'resources' },
  first_token: { ...taken, names: ['latency.first_token'], unit: 'ms', concern: 'latency' },
  kpi: { ...measured, names: ['kpi.NAME'], worse: 'either', unit: 'number', concern: 'business' },
  left_out: { ...share, names: [], worse: 'higher', answers: 'anything' },
  labelled: { ...share, names: [], answers: 'anything' },
} as const satisfies Readonly<Record<string, MetricTraits>>;

/** What is true of a metric because of its family. */
export function metricTraits(metric: Metric): MetricTraits {
  if (metric.family === 'score' && metric.score !== undefined) return { ...traits.score, ...scoreTraits(metric.score) };
  // Of several askings of one request some may fail.
  if (metric.family === 'error_rate' && metric.repeats !== undefined) return { ...traits.error_rate, zeroOne: false };
  if (metric.family === 'tokens' && metric.tokens === 'per_second') return { ...traits.tokens, worse: 'lower' };
  return traits[metric.family];
}

/** The names that a plan may use, as help and error messages list them. */
export const metricNames: readonly string[] = Object.entries<MetricTraits>(traits).flatMap(
  ([family, { names }]) => names ?? [family],
);

const lowestQuantile = 50;
const highestQuantile = 99.9;

/**
 * Reads a metric's name.
 * @param id such as `latency.p95` (any percentile from 50 to 99.9), `accuracy`, `recall(refund)` (a label may hold spaces, dots,
 * commas and parentheses), `recall_at_alerts(1%)`, `kpi.context.revenue` (a dotted path into a record).
 * @returns the metric, or undefined when no metric has that name.
 */
export function parseMetric(id: string): Metric | undefined {
  if (id === 'latency.mean') return { id, family: 'latency', statistic: 'mean' };
  if (id === 'memory.peak') return { id, family: 'memory' };
  if (id === 'decision_cost') return { id, family: 'decision_cost' };
  if (id === 'recall(*)') return { id, family: 'accuracy', perLabel: true };
  if (isPlain(id)) return { id, family: id };
  const scored = parseScored(id);
  if (scored !== undefined) return scored;
  const [, family, label] = /^(precision|recall)\((.+)\)$/su.exec(id) ?? [];
  if (label !== undefined) return { id, family: family === 'recall' ? 'recall' : 'precision', label };
  const field = /^kpi\.([^.]+(?:\.[^.]+)*)$/su.exec(id)?.[1];
  if (field !== undefined) return { id, family: 'kpi', field };
  return parseAlertRate(id) ?? parseQuantile(id);
}

function isPlain(id: string): id is PlainFamily {
  return Object.hasOwn(traits, id) && metricNames.includes(id);
}

/** A share of requests as `1%` or `0.01`, above 0 and below all of them. */
function parseAlertRate(id: string): Metric | undefined {
  const [, digits, percent] = /^recall_at_alerts\((\d+(?:\.\d+)?)(%?)\)$/u.exec(id) ?? [];
  if (digits === undefined) return undefined;
  const rate = percent === '%' ? Number(digits) / 100 : Number(digits);
  return rate > 0 && rate < 1 ? { id, family: 'recall_at_alerts', rate } : undefined;
}

function parseQuantile(id: string): Metric | undefined {
  const percentile = /^latency\.p(\d{1,2}(?:\.\d{1,3})?)$/u.exec(id)?.[1];
  if (percentile === undefined) return undefined;
  const percent = Number(percentile);
  if (percent < lowestQuantile || percent > highestQuantile) return undefined;
  // Divided once, so that p99.9 is the double nearest to 0.999.
  return { id, family: 'latency', statistic: 'quantile', probability: percent / 100 };
}

/** Whether a metric is judged on each true label too. */
export function isPerLabel(metric: Metric): boolean {
  return 'perLabel' in metric;
}
