import type { Role } from '../domain/role.ts';
import { kpiColumn } from '../requests/values/wanted-values.ts';
import { quoteIdentifier, quoteLiteral } from '../database/database.ts';
import type { Effect } from './effect.ts';

/** How an effect is planted: the candidate's columns that change, as SQL over one request, and which requests. */
export interface PlantedChange {
  readonly replaced: readonly (readonly [column: string, sql: string])[];
  /** Requests that could be changed, as a condition; absent where every request of the segment is. */
  readonly eligible?: string;
  /** Chance of an eligible request to be changed, in [0, 1]. */
  readonly probability: number;
}

/** Why a log cannot show an effect, and what it could show; clauses that a semicolon can join. */
export interface ImpossibleEffect {
  readonly problem: string;
  readonly hint: string;
}

/** A recipe before its chance is known: what changes where, and how much of the metric each changed request moves. */
interface Recipe {
  readonly eligible: string;
  readonly replaced: PlantedChange['replaced'];
}

const answered = (role: Role) => `${role}_label IS NOT NULL AND label IS NOT NULL`;

/** A number that differs between requests and is the same at every run. */
const shuffle = 'hash(id)';

/** Some label other than the one that an expression gives, a different one for different requests. */
function otherLabel(labels: readonly string[], than: string): string {
  const list = `[${labels.map(quoteLiteral).join(', ')}]`;
  const step = `(1 + (${shuffle} % ${Math.max(1, labels.length - 1)})::INTEGER)`;
  return `${list}[1 + (coalesce(list_position(${list}, ${than}), 1) - 1 + ${step}) % ${labels.length}]`;
}

/** A request that fails, and one that stops failing: it then answers rightly. */
const failing: Recipe = {
  eligible: 'candidate_present AND candidate_error IS NULL',
  replaced: [
    ['error', `'planted'`],
    ['label', 'NULL::VARCHAR'],
    ['value', 'NULL::DOUBLE'],
    ['true_score', 'NULL::DOUBLE'],
    ['positive_score', 'NULL::DOUBLE'],
  ],
};
const recovering: Recipe = {
  eligible: 'candidate_present AND candidate_error IS NOT NULL',
  replaced: [
    ['error', 'NULL::VARCHAR'],
    ['label', 'label'],
    ['value', 'try_cast(label AS DOUBLE)'],
    ['true_score', '1::DOUBLE'],
    ['positive_score', 'is_positive::INTEGER::DOUBLE'],
  ],
};

/** Wrong answers that become right, or right ones that become wrong, among the answers that a condition adds to. */
function turned(labels: readonly string[], towardsRight: boolean, about: string): Recipe {
  const among = (comparison: string) => `${answered('candidate')}${about} AND candidate_label ${comparison} label`;
  return towardsRight
    ? { eligible: among('<>'), replaced: [['label', 'label']] }
    : { eligible: among('='), replaced: [['label', otherLabel(labels, 'label')]] };
}

/** What a share of requests gains or loses by: the recipe, and the share of requests that it can change. */
export function recipeFor({ metric, change }: Effect, labels: readonly string[]): Recipe | undefined {
  const worse = change < 0;
  switch (metric.family) {
    case 'error_rate':
      return worse ? recovering : failing;
    case 'accuracy':
    case 'macro_f1':
    case 'recall': {
      const about = metric.family === 'recall' ? ` AND label = ${quoteLiteral(metric.label)}` : '';
      return worse
        ? {
            eligible: `${answered('candidate')} AND candidate_label = label${about}`,
            replaced: [['label', otherLabel(labels, 'label')]],
          }
        : { eligible: `${answered('candidate')} AND candidate_label <> label${about}`, replaced: [['label', 'label']] };
    }
    case 'precision': {
      const wanted = quoteLiteral(metric.label);
      return worse
        ? {
            eligible: `${answered('candidate')} AND candidate_label <> ${wanted} AND label <> ${wanted}`,
            replaced: [['label', wanted]],
          }
        : {
            eligible: `${answered('candidate')} AND candidate_label = ${wanted} AND label <> ${wanted}`,
            replaced: [['label', 'label']],
          };
    }
    case 'agreement':
      return worse
        ? {
            eligible: 'candidate_label = baseline_label',
            replaced: [['label', otherLabel(labels, 'baseline_label')]],
          }
        : { eligible: 'candidate_label <> baseline_label', replaced: [['label', 'baseline_label']] };
    case 'fpr':
      return turned(labels, worse, ' AND NOT is_positive');
    case 'decision_cost':
      return turned(labels, worse, '');
    case 'auc':
    case 'pr_auc':
    case 'recall_at_alerts':
      return {
        eligible: `${answered('candidate')} AND candidate_positive_score IS NOT NULL AND is_positive IS NOT NULL`,
        replaced: [['positive_score', worse ? '1 - candidate_positive_score' : 'is_positive::INTEGER::DOUBLE']],
      };
    // What every request takes part in is changed everywhere; the last three are no metrics of a guardrail that a log holds.
    case 'latency':
    case 'log_loss':
    case 'mae':
    case 'rmse':
    case 'kpi':
    case 'memory':
    case 'left_out':
    case 'labelled':
      return undefined;
  }
}

/**
 * The change of a metric that every request takes part in: times, losses and numbers, multiplied so that the metric itself
 * is. Times may also be shifted, which moves every quantile alike.
 */
export function changeOfEvery({ metric, change, relative }: Effect, value: number): PlantedChange | ImpossibleEffect {
  const factor = relative ? 1 + change : (value + change) / value;
  if (metric.family === 'kpi') {
    const column = kpiColumn(metric.field);
    const name = quoteIdentifier(column);
    const changed = relative ? `${name} * ${number(factor)}` : `${name} + ${number(change)}`;
    return { replaced: [[column, `CASE WHEN candidate_present THEN ${changed} ELSE ${name} END`]], probability: 1 };
  }
  if (!(factor > 0)) return { problem: 'nothing would be left of it', hint: 'plant a smaller fall' };
  switch (metric.family) {
    case 'latency': {
      const shifted = `greatest(1, candidate_latency_ns + ${number(change * 1e6)})`;
      const scaled = `candidate_latency_ns * ${number(factor)}`;
      return { replaced: [['latency_ns', `round(${relative ? scaled : shifted})::BIGINT`]], probability: 1 };
    }
    case 'log_loss':
      // -ln(p^f) = f * -ln(p)
      return {
        replaced: [['true_score', `greatest(1e-15, candidate_true_score) ** ${number(factor)}`]],
        probability: 1,
      };
    case 'mae':
    case 'rmse': {
      const truth = 'try_cast(label AS DOUBLE)';
      const away = `${truth} + (candidate_value - ${truth}) * ${number(factor)}`;
      return { replaced: [['value', `coalesce(${away}, candidate_value)`]], probability: 1 };
    }
    case 'error_rate':
    case 'accuracy':
    case 'macro_f1':
    case 'precision':
    case 'recall':
    case 'agreement':
    case 'fpr':
    case 'decision_cost':
    case 'auc':
    case 'pr_auc':
    case 'recall_at_alerts':
      throw new RangeError(`${metric.family} moves by single requests: recipeFor says which`);
    case 'memory':
    case 'left_out':
    case 'labelled':
      return { problem: 'no recorded outcome can show it', hint: 'plant it into a metric that the log holds' };
  }
}

function number(value: number): string {
  return `${value.toExponential()}::DOUBLE`;
}

/** What a column of the candidate holds without any change. */
export function current(column: string): string {
  return column.startsWith('kpi:') ? quoteIdentifier(column) : `candidate_${column}`;
}
