import type { Assignment } from '../../../domain/exposure/assignment.ts';
import type { Stage } from '../../../domain/plan.ts';
import { stepsOf } from '../../../assignment/schemes.ts';
import { nearestWeights, weightText } from '../../../assignment/steps.ts';
import type { Finding } from '../../../documents/findings.ts';
import { child, itemsOf, nodeAt, textOf, type TreeNode } from '../../../documents/tree.ts';

/** The stages whose weight the system that assigns users cannot express. */
export function checkWeights(
  root: TreeNode,
  assignment: Assignment | undefined,
  stages: readonly Stage[],
): readonly Finding[] {
  const steps = assignment === undefined ? undefined : stepsOf(assignment);
  if (assignment === undefined || steps === undefined) return [];
  return itemsOf(nodeAt(root, ['stages'])).flatMap((item, index): Finding[] => {
    const stage = stages.find(({ name }) => name === textOf(child(item, 'name')));
    const nearest = stage === undefined ? undefined : nearestWeights(stage.weight, steps);
    if (stage === undefined || nearest === undefined) return [];
    const message = `weight: ${weightText(stage.weight)} cannot be expressed by ${assignment.scheme}, whose smallest step is ${weightText(1 / steps)}`;
    const hint = `write ${weightText(nearest.below)} or ${weightText(nearest.above)}`;
    return [{ path: ['stages', index, 'weight'], rule: 'inexpressible-weight', message, hint }];
  });
}
