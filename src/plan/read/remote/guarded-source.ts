import { writeOneOf } from '../../../domain/did-you-mean.ts';
import type { Finding } from '../../../documents/findings.ts';
import { child, keysOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../../documents/tree.ts';

/** Checks that a guardrail names a source that the plan has. */
export function validateGuardedSource(root: TreeNode, path: TreePath): Finding[] {
  const name = textOf(nodeAt(root, path));
  const known = keysOf(nodeAt(root, ['sources']));
  if (name === undefined || known.includes(name)) return [];
  const message = `source: the plan has no source ${name}`;
  const hint =
    known.length === 0
      ? `write sources: { ${name}: { format: prometheus, url: ..., versionLabel: ..., series: ... } }, or leave source out`
      : writeOneOf(name, known);
  return [{ path, rule: 'unknown-source', message, hint }];
}

/** What the source of a guardrail holds: the log's format, unless it names a further one. */
export function formatOfGuardrail(root: TreeNode, guardrail: TreeNode | undefined): string | undefined {
  const source = textOf(child(guardrail, 'source'));
  return textOf(nodeAt(root, source === undefined ? ['requests', 'format'] : ['sources', source, 'format']));
}
