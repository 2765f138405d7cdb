import type { Thresholds } from '../../domain/threshold.ts';
import type { Finding } from '../../documents/findings.ts';
import { misreading, readFraction, shown, type Reading } from './quantity.ts';
import { isEmpty, nodeAt, plainValue, type TreeNode, type TreePath } from '../../documents/tree.ts';

/** What a section of the plan says, and what is wrong with it; no value where something is. */
export interface SectionReading<Value> {
  readonly value?: Value;
  readonly findings: readonly Finding[];
}

/** Reads `threshold`: one number for both versions, or a map of one for each. */
export function readThreshold(root: TreeNode): SectionReading<Thresholds> {
  const path: TreePath = ['threshold'];
  const node = nodeAt(root, path);
  if (node === undefined || isEmpty(node)) return { findings: [] };
  if (node.kind !== 'map') return readOne(node, path);
  const values: Record<string, number> = {};
  const findings: Finding[] = [];
  for (const [name, entry] of node.entries) {
    const { value, findings: own } = readOne(entry.value, [...path, name]);
    findings.push(...own);
    if (value !== undefined) values[name] = value;
  }
  return findings.length > 0 ? { findings } : { value: values, findings };
}

function readOne(node: TreeNode, path: TreePath): SectionReading<number> {
  if (isEmpty(node)) return { findings: [] };
  const read = scoreReading(plainValue(node));
  if (read.ok) return { value: read.value, findings: [] };
  const message = `${String(path.at(-1))}: ${read.problem}`;
  return { findings: [{ path, rule: 'invalid-value', message, hint: read.hint }] };
}

function scoreReading(written: unknown): Reading<number> {
  const read = readFraction(written);
  const hint = 'write the score from which on the answer is the second label, such as 0.5';
  if (!read.ok) return misreading(`${shown(written)} is no score between 0 and 1`, hint);
  return read.value > 0
    ? read
    : misreading(`${shown(written)} would make every answer the second label, whatever its score`, hint);
}
