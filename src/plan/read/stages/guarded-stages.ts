import { writeOneOf } from '../../../domain/did-you-mean.ts';
import type { Finding } from '../../../documents/findings.ts';
import { itemsOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../../documents/tree.ts';

/** Checks that a guardrail names stages that the plan has. */
export function validateStages(root: TreeNode, path: TreePath): Finding[] {
  const known = itemsOf(nodeAt(root, ['stages'])).flatMap((stage) => textOf(nodeAt(stage, ['name'])) ?? []);
  return itemsOf(nodeAt(root, path)).flatMap((item, index): Finding[] => {
    const name = textOf(item);
    if (name === undefined || known.includes(name)) return [];
    const message = `stages: the plan has no stage ${name}`;
    return [{ path: [...path, index], rule: 'unknown-stage', message, hint: writeOneOf(name, known) }];
  });
}
