import { readPath } from '../../domain/log/record-path.ts';
import type { Finding } from '../../documents/findings.ts';
import { itemsOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';

/** Checks every path into a record that is written below a place of the plan, but not at the place itself. */
export function validatePaths(root: TreeNode, place: TreePath): Finding[] {
  const node = nodeAt(root, place);
  return [
    ...itemsOf(node).map((item, index) => ({ step: index, value: item })),
    ...(node?.kind === 'map' ? [...node.entries] : []).map(([step, { value }]) => ({ step, value })),
  ].flatMap(({ step, value }): Finding[] => {
    const path = [...place, step];
    const text = textOf(value);
    // The unit beside a latency's path is not a path.
    if (place.at(-1) === 'latency' && step === 'unit') return [];
    return text === undefined ? validatePaths(root, path) : validatePath(path, text);
  });
}

/** Checks one path into a record, which stands at a place of the plan as its value or as its key. */
export function validatePath(path: TreePath, text: string, at: 'key' | 'value' = 'value'): Finding[] {
  const reading = readPath(text);
  if (reading.ok || text === '') return [];
  return [{ path, at, rule: 'invalid-path', message: `the path ${text} ${reading.problem}`, hint: reading.hint }];
}
