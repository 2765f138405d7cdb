import type { Finding } from '../../../documents/findings.ts';
import { itemsOf, nodeAt, textOf, type TreeNode } from '../../../documents/tree.ts';
import type { TimedWeight } from '../../../domain/stages/period.ts';
import { readFraction } from '../quantity.ts';
import { readAt, readTextAt, type SectionReading } from '../section.ts';
import { readTime } from '../time.ts';

const path = ['requests', 'weights'];

/** Reads since when a router that canary does not move gives the candidate which share: times in order. */
export function readTimedWeights(root: TreeNode): SectionReading<readonly TimedWeight[] | undefined> {
  const list = nodeAt(root, path);
  const read = itemsOf(list).map((_, index) => ({
    from: readTextAt(root, [...path, index, 'from'], readTime, 'invalid-time'),
    weight: readAt(root, [...path, index, 'weight'], readFraction, { rule: 'invalid-weight' }),
  }));
  const value = read.flatMap(({ from, weight }) =>
    from.value === undefined || weight.value === undefined ? [] : [{ from: from.value, weight: weight.value }],
  );
  const findings = read.flatMap(({ from, weight }) => [...from.findings, ...weight.findings]);
  return { value: list === undefined ? undefined : value, findings: [...findings, ...outOfOrder(root, read)] };
}

function outOfOrder(
  root: TreeNode,
  read: readonly { readonly from: SectionReading<string | undefined> }[],
): readonly Finding[] {
  return read.slice(1).flatMap(({ from }, index): Finding[] => {
    const before = read[index]?.from.value;
    if (from.value === undefined || before === undefined || from.value > before) return [];
    const at = [...path, index + 1, 'from'];
    const [earlier, later] = [[...path, index, 'from'], at].map((each) => textOf(nodeAt(root, each)));
    const message = `from: ${later} is not after the ${earlier} before it`;
    return [{ path: at, rule: 'invalid-time', message, hint: 'put the weights in order of time' }];
  });
}
