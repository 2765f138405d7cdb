import { itemsOf, nodeAt, textOf, type TreeNode } from '../../documents/tree.ts';
import type { Finding } from '../../documents/findings.ts';
import { readDecisionCost } from './decision-cost.ts';
import { readThreshold } from './threshold.ts';

/** Checks how scores become answers and what answers cost, and that a guardrail on the cost has one. */
export function validateScores(root: TreeNode): readonly Finding[] {
  const guarded = itemsOf(nodeAt(root, ['guardrails'])).flatMap((_, index) => {
    const path = ['guardrails', index, 'metric'];
    return textOf(nodeAt(root, path)) === 'decision_cost' ? [path] : [];
  });
  const priced = nodeAt(root, ['decisionCost']) !== undefined;
  const isTold = textOf(nodeAt(root, ['requests', 'format'])) === 'aggregates';
  const [first] = guarded;
  const unpriced: Finding[] =
    first === undefined || priced || isTold
      ? []
      : [
          {
            path: first,
            rule: 'missing-key',
            message: 'metric: decision_cost needs to know what decisions cost',
            hint: 'write decisionCost: { falsePositive: 5, falseNegative: 200 } beside the guardrails',
          },
        ];
  return [...readThreshold(root).findings, ...readDecisionCost(root).findings, ...unpriced];
}
