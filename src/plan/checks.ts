import { writeOneOf } from '../domain/did-you-mean.ts';
import type { Finding } from './findings.ts';
import { readSpan } from './quantity.ts';
import { child, isEmpty, itemsOf, keysOf, nodeAt, plainValue, textOf, type TreeNode, type TreePath } from './tree.ts';

const actions: readonly string[] = ['warn', 'hold'];

/** Checks what `checks` says each check does, and the spans that it or a stage asks for. */
export function checkChecks(root: TreeNode): Finding[] {
  const stages = itemsOf(nodeAt(root, ['stages'])).map((_, index): TreePath => ['stages', index, 'minDuration']);
  return [
    ...keysOf(nodeAt(root, ['checks'])).flatMap((name) => checkAction(root, ['checks', name])),
    ...[['checks', 'window', 'minDuration'], ...stages].flatMap((path) => checkSpan(root, path)),
  ];
}

/** An action stands for itself or under its check's key `action`. */
function checkAction(root: TreeNode, path: TreePath): Finding[] {
  const node = nodeAt(root, path);
  const isMap = node?.kind === 'map';
  const action = textOf(isMap ? child(node, 'action') : node);
  if (action === undefined || actions.includes(action)) return [];
  return [
    {
      path: isMap ? [...path, 'action'] : path,
      rule: 'unknown-action',
      message: `${isMap ? 'action' : String(path.at(-1))}: ${action === '' ? '""' : action} is not an action`,
      hint: hintFor(action),
    },
  ];
}

function hintFor(action: string): string {
  // Nothing turns a check off: what it finds stays in the evidence, whatever the plan makes of it.
  if (['off', 'ignore', 'skip', 'none', 'pass'].includes(action))
    return 'write warn: the finding is told and decides nothing';
  return writeOneOf(action, actions);
}

function checkSpan(root: TreeNode, path: TreePath): Finding[] {
  const node = nodeAt(root, path);
  if (node === undefined || isEmpty(node)) return [];
  const read = readSpan(plainValue(node));
  if (read.ok) return [];
  return [{ path, rule: 'invalid-value', message: `minDuration: ${read.problem}`, hint: read.hint }];
}
