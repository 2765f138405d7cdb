import { didYouMean } from '../../domain/did-you-mean.ts';
import type { Finding } from '../../documents/findings.ts';
import { itemsOf, keysOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';

const derivedDimensions: Readonly<Record<string, string>> = {
  hour: 'timestamp.hour',
  weekday: 'timestamp.weekday',
};

/** Checks that guardrails and coverage name dimensions that `requests.segments` has. */
export function validateSegments(root: TreeNode): Finding[] {
  // The dimensions of numbers are those that the numbers name, wherever they are.
  if (textOf(nodeAt(root, ['requests', 'format'])) === 'aggregates') return [];
  const dimensions = keysOf(nodeAt(root, ['requests', 'segments']));
  const automatic = itemsOf(nodeAt(root, ['guardrails'])).flatMap((guardrail, index) =>
    checkAutomatic(textOf(nodeAt(guardrail, ['segments'])), ['guardrails', index, 'segments'], dimensions),
  );
  const ofGuardrails = itemsOf(nodeAt(root, ['guardrails'])).flatMap((guardrail, index) =>
    itemsOf(nodeAt(guardrail, ['segments'])).flatMap((item, position) =>
      checkDimension(textOf(item), ['guardrails', index, 'segments', position], dimensions),
    ),
  );
  const ofCoverage = keysOf(nodeAt(root, ['coverage', 'segments'])).flatMap((dimension) =>
    checkDimension(dimension, ['coverage', 'segments', dimension], dimensions),
  );
  return [...automatic, ...ofGuardrails, ...ofCoverage];
}

function checkAutomatic(written: string | undefined, path: TreePath, dimensions: readonly string[]): Finding[] {
  if (written === undefined) return [];
  if (written !== 'auto') {
    const message = `segments: ${written === '' ? '""' : written} is neither auto nor a list of dimensions`;
    const hint = dimensions.includes(written)
      ? `write segments: [${written}]`
      : 'write segments: auto or segments: [locale]';
    return [{ path, rule: 'invalid-value', message, hint }];
  }
  if (dimensions.length > 0) return [];
  const message = 'segments: auto has no dimension to judge by';
  return [{ path, rule: 'unknown-dimension', message, hint: 'add locale: context.locale under requests.segments' }];
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
