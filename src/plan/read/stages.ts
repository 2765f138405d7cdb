import type { Finding } from '../../documents/findings.ts';
import { readFraction } from './quantity.ts';
import { isEmpty, itemsOf, nodeAt, plainValue, type TreeNode, type TreePath } from '../../documents/tree.ts';

interface WeightedStage {
  readonly path: TreePath;
  readonly weight: number;
  /** As the plan writes it. */
  readonly written: string;
}

/** Checks every weight, that weights never fall, and that the last stage takes all traffic. */
export function checkWeights(root: TreeNode): Finding[] {
  const findings: Finding[] = [];
  const stages: WeightedStage[] = [];
  const items = itemsOf(nodeAt(root, ['stages']));
  items.forEach((stage, index) => {
    const node = nodeAt(stage, ['weight']);
    if (node === undefined || isEmpty(node)) return;
    const path = ['stages', index, 'weight'];
    const read = readFraction(plainValue(node));
    if (read.ok) stages.push({ path, weight: read.value, written: node.kind === 'scalar' ? node.written : '' });
    else findings.push({ path, rule: 'invalid-weight', message: `weight: ${read.problem}`, hint: read.hint });
  });
  const last = stages.at(-1);
  const isLastStage = last?.path[1] === items.length - 1;
  return [...findings, ...checkRising(stages), ...(last !== undefined && isLastStage ? checkLast(last) : [])];
}

function checkRising(stages: readonly WeightedStage[]): Finding[] {
  return stages.slice(1).flatMap(({ path, weight, written }, index): Finding[] => {
    const before = stages[index];
    if (before === undefined || weight >= before.weight) return [];
    const message = `weight: ${written} is below the ${before.written} of the stage before`;
    return [
      { path, rule: 'falling-weight', message, hint: 'put the stages in order of their weights, which never fall' },
    ];
  });
}

function checkLast({ path, weight, written }: WeightedStage): Finding[] {
  if (weight === 1) return [];
  const message = `weight: ${written} is the last stage's, so the candidate would never take all traffic`;
  return [{ path, rule: 'last-weight', message, hint: 'add a stage after it: { name: full, weight: 1 }' }];
}
