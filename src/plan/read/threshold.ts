import type { Thresholds } from '../../domain/threshold.ts';
import type { Finding } from '../../documents/findings.ts';
import { readAt, type SectionReading } from './section.ts';
import { misreading, readFraction, shown, type Reading } from './quantity.ts';
import { nodeAt, type TreeNode, type TreePath } from '../../documents/tree.ts';

/** Reads `threshold`: one number for both versions, or a map of one for each. */
export function readThreshold(root: TreeNode): SectionReading<Thresholds | undefined> {
  const path: TreePath = ['threshold'];
  const node = nodeAt(root, path);
  if (node?.kind !== 'map') return readAt(root, path, scoreReading);
  const values: Record<string, number> = {};
  const findings: Finding[] = [];
  for (const name of node.entries.keys()) {
    const { value, findings: own } = readAt(root, [...path, name], scoreReading);
    findings.push(...own);
    if (value !== undefined) values[name] = value;
  }
  return { value: values, findings };
}

function scoreReading(written: unknown): Reading<number> {
  const read = readFraction(written);
  const hint = 'write the score from which on the answer is the second label, such as 0.5';
  if (!read.ok) return misreading(`${shown(written)} is not a score between 0 and 1`, hint);
  return read.value > 0
    ? read
    : misreading(`${shown(written)} would make every answer the second label, whatever its score`, hint);
}
