/** What each decision costs, by what was true and what was answered; any unit, but one and the same. Costs are finite and never negative. */
export type DecisionCosts = OutcomeCosts | CostTable;

/** Of two labels, the second of which is the positive one. */
export interface OutcomeCosts {
  readonly kind: 'outcomes';
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly truePositive: number;
  readonly trueNegative: number;
}

/** Of any labels: the true one to the answered one to the cost. */
export interface CostTable {
  readonly kind: 'table';
  readonly rows: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * How much one request can move a sum of costs by: the largest cost less the smallest. A mean of costs is known no better than such a
 * request allows.
 */
export function costRange(costs: DecisionCosts): number {
  const all = costRows(costs).flat();
  return Math.max(...all) - Math.min(...all);
}

/** The costs of each true label's answers; a right answer that the table is silent about costs nothing. */
function costRows(costs: DecisionCosts): readonly (readonly number[])[] {
  if (costs.kind === 'outcomes') {
    return [
      [costs.falsePositive, costs.trueNegative],
      [costs.falseNegative, costs.truePositive],
    ];
  }
  return Object.entries(costs.rows).map(([truth, answers]) => [
    ...(Object.hasOwn(answers, truth) ? [] : [0]),
    ...Object.values(answers),
  ]);
}
