import type { Finding } from '../../documents/findings.ts';
import { nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';
import { readAt, type SectionReading } from './section.ts';
import { readTime } from './time.ts';

/** The moments between which records are taken, in UTC: from the first on, and before the last. */
interface Window {
  readonly from?: string;
  readonly to?: string;
}

/** Reads the window at a path: times that exist, in order. */
export function readWindow(root: TreeNode, path: TreePath): SectionReading<Window> {
  const [from, to] = [readTimeAt(root, [...path, 'from']), readTimeAt(root, [...path, 'to'])];
  const findings: Finding[] = [...from.findings, ...to.findings];
  if (from.value !== undefined && to.value !== undefined && from.value >= to.value) {
    const [first, last] = ['from', 'to'].map((key) => textOf(nodeAt(root, [...path, key])));
    const message = `to: ${last} is not after from: ${first}`;
    const hint = 'write a later time; to itself is left out';
    findings.push({ path: [...path, 'to'], rule: 'invalid-time', message, hint });
  }
  return {
    value: {
      ...(from.value === undefined ? {} : { from: from.value }),
      ...(to.value === undefined ? {} : { to: to.value }),
    },
    findings,
  };
}

/** What is no text is left to the schema. */
function readTimeAt(root: TreeNode, path: TreePath): SectionReading<string | undefined> {
  if (textOf(nodeAt(root, path)) === undefined) return { value: undefined, findings: [] };
  return readAt(root, path, (written) => readTime(String(written)), 'invalid-time');
}
