import { parseMetric } from '../../domain/metric.ts';
import { readPath } from '../../domain/log/record-path.ts';
import type { Finding } from '../../documents/findings.ts';
import { itemsOf, keysOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';

/** Checks every path into a record that a plan names. */
export function validatePaths(root: TreeNode): Finding[] {
  const places: readonly TreePath[] = [
    ['requests', 'fields'],
    ['requests', 'segments'],
    ['drift', 'features'],
  ];
  return [
    ...places
      .flatMap((place) => leavesOf(nodeAt(root, place), place))
      .flatMap(({ path, text }) => wrongPath(path, text)),
    ...itemsOf(nodeAt(root, ['guardrails'])).flatMap((guardrail, index) => {
      const metric = parseMetric(textOf(nodeAt(guardrail, ['metric'])) ?? '');
      return metric?.family === 'kpi' ? wrongPath(['guardrails', index, 'metric'], metric.field) : [];
    }),
    ...keysOf(nodeAt(root, ['requests', 'where'])).flatMap((key) =>
      wrongPath(['requests', 'where', key], key).map((finding): Finding => ({ ...finding, at: 'key' })),
    ),
  ];
}

/** The texts below a node that are paths; `unit` beside a latency's path is none. */
function leavesOf(node: TreeNode | undefined, path: TreePath): { readonly path: TreePath; readonly text: string }[] {
  const text = textOf(node);
  if (text !== undefined)
    return path.length < 3 || (path[2] === 'latency' && path[3] === 'unit') ? [] : [{ path, text }];
  return [
    ...itemsOf(node).flatMap((item, index) => leavesOf(item, [...path, index])),
    ...(node?.kind === 'map' ? [...node.entries] : []).flatMap(([key, { value }]) => leavesOf(value, [...path, key])),
  ];
}

function wrongPath(path: TreePath, text: string): Finding[] {
  const reading = readPath(text);
  if (reading.ok || text === '') return [];
  return [{ path, rule: 'invalid-path', message: `the path ${text} ${reading.problem}`, hint: reading.hint }];
}
