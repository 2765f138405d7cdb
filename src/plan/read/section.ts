import type { Finding } from '../../documents/findings.ts';
import { isEmpty, nodeAt, plainValue, type TreeNode, type TreePath } from '../../documents/tree.ts';
import type { Reading } from './quantity.ts';

/**
 * What a section of the plan says, and what is wrong with it beyond what the schema tells. What cannot be read, or is not
 * written, is left out of the value: it is the section's meaning only where neither the findings nor the schema object.
 */
export interface SectionReading<Value> {
  readonly value: Value;
  readonly findings: readonly Finding[];
}

/** Reads the value at a path; undefined where nothing is written, or where there is a finding. */
export function readAt<Value>(
  root: TreeNode,
  path: TreePath,
  read: (written: unknown) => Reading<Value>,
  rule = 'invalid-value',
): SectionReading<Value | undefined> {
  const node = nodeAt(root, path);
  if (node === undefined || isEmpty(node)) return { value: undefined, findings: [] };
  const result = read(plainValue(node));
  if (result.ok) return { value: result.value, findings: [] };
  const message = `${path.at(-1)}: ${result.problem}`;
  return { value: undefined, findings: [{ path, rule, message, hint: result.hint }] };
}
