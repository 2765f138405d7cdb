import { didYouMean } from '../domain/did-you-mean.ts';
import type { Finding } from './findings.ts';
import { itemsOf, keysOf, nodeAt, textOf, type TreeNode, type TreePath } from './tree.ts';

const derivedDimensions: Readonly<Record<string, string>> = {
  hour: 'timestamp.hour',
  weekday: 'timestamp.weekday',
};

/** Checks that guardrails and coverage name dimensions that `requests.segments` has. */
export function checkSegments(root: TreeNode): Finding[] {
  const dimensions = keysOf(nodeAt(root, ['requests', 'segments']));
  const ofGuardrails = itemsOf(nodeAt(root, ['guardrails'])).flatMap((guardrail, index) =>
    itemsOf(nodeAt(guardrail, ['segments'])).flatMap((item, position) =>
      checkDimension(textOf(item), ['guardrails', index, 'segments', position], dimensions),
    ),
  );
  const ofCoverage = keysOf(nodeAt(root, ['coverage', 'segments'])).flatMap((dimension) =>
    checkDimension(dimension, ['coverage', 'segments', dimension], dimensions),
  );
  return [...ofGuardrails, ...ofCoverage];
}

function checkDimension(name: string | undefined, path: TreePath, dimensions: readonly string[]): Finding[] {
  if (name === undefined || name === '' || dimensions.includes(name)) return [];
  const message = `${name} is not a dimension of requests.segments`;
  return [{ path, at: 'key', rule: 'unknown-dimension', message, hint: hintFor(name, dimensions) }];
}

function hintFor(name: string, dimensions: readonly string[]): string {
  const derived = derivedDimensions[name];
  if (derived !== undefined) return `add ${name}: ${derived} under requests.segments`;
  if (dimensions.length === 0) return `add ${name}: and its path in a record under requests.segments`;
  return didYouMean(name, dimensions);
}
