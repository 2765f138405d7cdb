import { holdsNumbers } from '../../../domain/told-number.ts';
import { didYouMean } from '../../../domain/did-you-mean.ts';
import { parseMetric } from '../../../domain/metric.ts';
import type { Finding } from '../../../documents/findings.ts';
import { formatOfGuardrail } from '../remote/guarded-source.ts';
import { child, keysOf, nodeAt, textOf, type TreeNode } from '../../../documents/tree.ts';

/** Says of the first guardrail of each kind what its metric needs that the plan writes nowhere; numbers per version hold it themselves. */
export function unexplainedMetrics(root: TreeNode, guardrails: readonly TreeNode[]): Finding[] {
  const names = guardrails.map((guardrail) =>
    holdsNumbers(formatOfGuardrail(root, guardrail)) ? undefined : textOf(child(guardrail, 'metric')),
  );
  return [
    ...missing(
      root,
      names.indexOf('decision_cost'),
      'decisionCost',
      'metric: decision_cost needs to know what decisions cost',
      'write decisionCost: { falsePositive: 5, falseNegative: 200 } beside the guardrails',
    ),
    ...missing(
      root,
      names.indexOf('cost'),
      'prices',
      'metric: cost needs to know what tokens cost',
      'write prices: { input: 3, output: 15 } beside the guardrails, each per million tokens',
    ),
    ...names.flatMap((name, index) => unknownScore(root, name, index)),
  ];
}

function missing(root: TreeNode, index: number, key: string, message: string, hint: string): Finding[] {
  if (index === -1 || nodeAt(root, [key]) !== undefined) return [];
  return [{ path: ['guardrails', index, 'metric'], rule: 'missing-key', message, hint }];
}

function unknownScore(root: TreeNode, name: string | undefined, index: number): Finding[] {
  const metric = name === undefined ? undefined : parseMetric(name);
  if (metric?.family !== 'score' || metric.score !== undefined) return [];
  const scores = keysOf(nodeAt(root, ['scores']));
  if (scores.includes(metric.name)) return [];
  const message = `metric: ${metric.id} is a score that the plan does not define`;
  const hint =
    scores.length === 0
      ? `write scores: { ${metric.name}: { from: log, range: [0, 1], better: higher } } beside the guardrails`
      : didYouMean(
          metric.id,
          scores.map((score) => `score.${score}`),
        );
  return [{ path: ['guardrails', index, 'metric'], rule: 'missing-key', message, hint }];
}
