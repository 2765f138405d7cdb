import type { Finding } from '../../documents/findings.ts';
import { nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';
import { known, readTextAt, type SectionReading } from './section.ts';
import { readTime } from './time.ts';

/** The moments between which records are taken, in UTC: from the first on, and before the last. */
interface Window {
  readonly from?: string;
  readonly to?: string;
}

/** Reads the window at a path: times that exist, in order. */
export function readWindow(root: TreeNode, path: TreePath): SectionReading<Window> {
  const timeAt = (key: string) => readTextAt(root, [...path, key], readTime, 'invalid-time');
  const [from, to] = [timeAt('from'), timeAt('to')];
  const findings: Finding[] = [...from.findings, ...to.findings];
  if (from.value !== undefined && to.value !== undefined && from.value >= to.value) {
    const [first, last] = ['from', 'to'].map((key) => textOf(nodeAt(root, [...path, key])));
    const message = `to: ${last} is not after from: ${first}`;
    const hint = 'write a later time; to is not included';
    findings.push({ path: [...path, 'to'], rule: 'invalid-time', message, hint });
  }
  return { value: known({ from: from.value, to: to.value }), findings };
}
