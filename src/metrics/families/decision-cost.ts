import { type CostTable, costRange, type DecisionCosts, type OutcomeCosts } from '../../domain/decision-costs.ts';
import type { Role } from '../../domain/role.ts';
import { quoteLiteral, doubleSql } from '../../database/database.ts';
import { both, isDecided } from '../table/conditions.ts';
import type { MeanMetric } from '../table/mean-metric.ts';
import { neitherLabel } from '../table/positives.ts';

/** Mean cost of a request's decision, by what was true and what was answered; without an answer it costs the most of its true label's row. */
export function decisionCost(costs: DecisionCosts): MeanMetric {
  const isPriced = (role: Role) =>
    costs.kind === 'outcomes'
      ? `${isDecided(role)} AND is_positive IS NOT NULL`
      : `${isDecided(role)} AND label IN (${Object.keys(costs.rows).map(quoteLiteral).join(', ')})`;
  return {
    domain: isPriced,
    pairedDomain: both(isPriced),
    value: (role) => (costs.kind === 'outcomes' ? outcomeCostSql(role, costs) : tableCostSql(role, costs)),
    divisor: 1,
    fractional: true,
    range: costRange(costs),
    unusable:
      costs.kind === 'outcomes'
        ? neitherLabel
        : {
            condition: (role) => `${isDecided(role)} AND NOT (${isPriced(role)})`,
            problem: 'a true label without costs',
          },
    absent: 'no request with a true label that has costs has an outcome',
  };
}

function outcomeCostSql(role: Role, costs: OutcomeCosts): string {
  const row = (right: number, wrong: number) =>
    costSql(role, right, `ELSE ${doubleSql(wrong)}`, Math.max(right, wrong));
  const { falsePositive, falseNegative, truePositive, trueNegative } = costs;
  return `(CASE WHEN is_positive THEN ${row(truePositive, falseNegative)} ELSE ${row(trueNegative, falsePositive)} END)`;
}

function tableCostSql(role: Role, { rows }: CostTable): string {
  const rowSql = ([truth, row]: [string, Readonly<Record<string, number>>]) => {
    const right = Object.hasOwn(row, truth) ? (row[truth] ?? 0) : 0;
    const worst = Math.max(right, ...Object.values(row));
    const wrong = Object.entries(row).map(
      ([answer, cost]) => `WHEN ${role}_label = ${quoteLiteral(answer)} THEN ${doubleSql(cost)}`,
    );
    return `WHEN ${quoteLiteral(truth)} THEN ${costSql(role, right, `${wrong.join(' ')} ELSE ${doubleSql(worst)}`, worst)}`;
  };
  return `(CASE label ${Object.entries(rows).map(rowSql).join(' ')} END)`;
}

/** Of one true label: the costs of no answer, of the right one and of the others. */
function costSql(role: Role, right: number, others: string, worst: number): string {
  return `CASE WHEN ${role}_label IS NULL THEN ${doubleSql(worst)} WHEN ${role}_label = label THEN ${doubleSql(right)} ${others} END`;
}
