import type { Finding } from '../../../documents/findings.ts';
import { child, nodeAt, numberOf, type TreeNode } from '../../../documents/tree.ts';
import type { Prices, TokenPrices } from '../../../domain/scores/prices.ts';
import type { SectionReading } from '../section.ts';

/** Reads `prices`: what a million input and output tokens cost, of both versions or of each. */
export function readPrices(root: TreeNode): SectionReading<Prices | undefined> {
  const node = nodeAt(root, ['prices']);
  if (node === undefined) return { value: undefined, findings: [] };
  const both = tokenPrices(node);
  const [baseline, candidate] = [tokenPrices(child(node, 'baseline')), tokenPrices(child(node, 'candidate'))];
  if (both !== undefined && baseline === undefined && candidate === undefined) {
    return { value: { baseline: both, candidate: both }, findings: [] };
  }
  if (both === undefined && baseline !== undefined && candidate !== undefined) {
    return { value: { baseline, candidate }, findings: [] };
  }
  const message = 'prices: these are not the prices of input and output tokens';
  const hint =
    'write prices: { input: 3, output: 15 }, each per million tokens, or such a pair for baseline and for candidate';
  const finding: Finding = { path: ['prices'], rule: 'invalid-value', message, hint };
  return { value: undefined, findings: [finding] };
}

function tokenPrices(node: TreeNode | undefined): TokenPrices | undefined {
  const [input, output] = [numberOf(child(node, 'input')), numberOf(child(node, 'output'))];
  return input === undefined || output === undefined ? undefined : { input, output };
}
